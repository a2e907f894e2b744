"""Where deliveries come from: one interface (`offered.Transport`), a module per transport.

`list_offered` says what a system offers, `fetch` brings the bytes in pieces, `describe` names the place to a person.
"""

from regions.folder import RegionFolder
from regions.official import KoladaTransport, PxWebTransport
from regions.source import Source
from regions.transport import FolderTransport, HttpsTransport, S3Transport, SftpTransport, SqlTransport
from tasks.sources.folder import FolderSource
from tasks.sources.https import HttpsSource
from tasks.sources.kolada import KoladaSource
from tasks.sources.offered import Transport
from tasks.sources.pxweb import PxWebSource
from tasks.sources.s3 import S3Source
from tasks.sources.sftp import SftpSource
from tasks.sources.sql import SqlSource
from warehouse.home import RegionHome


def connect(source: Source, home: RegionHome, folder: RegionFolder) -> Transport:
    """The transport that a source's YAML names; the region's folder tells what belongs to the region."""
    found: Transport
    match source.transport:
        case FolderTransport():
            found = FolderSource(source.transport, home.inbox / source.id)
        case SftpTransport():
            found = SftpSource(source.transport)
        case S3Transport():
            found = S3Source(source.transport)
        case HttpsTransport():
            found = HttpsSource(source.transport)
        case SqlTransport():
            found = SqlSource(source.transport, source.columns)
        case PxWebTransport():
            found = PxWebSource(source.transport, source, folder)
        case KoladaTransport():
            found = KoladaSource(source.transport, source, folder)
    return found
