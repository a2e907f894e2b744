"""Secondary suppression: what must be hidden so that nobody can work out what is hidden, and the proof of it.

`cells` reads what is to be published, `relations` says what of it adds up to what, `suppression` chooses what else to
hide, `audit` computes what an attacker can still derive, `released` knows what kept releases tell. The maths:
docs/maths.md, Disclosure control.
"""
