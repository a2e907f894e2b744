"""What runs on a schedule, a file a flow, and the command line."""
