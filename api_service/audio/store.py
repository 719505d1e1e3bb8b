"""What audio files need for as long as the process lives: a place, a decoder, links, and upkeep."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

from api_service.audio.keeper import ObjectKeeper
from api_service.audio.links import Links, open_links
from api_service.database import Database
from api_service.places import Places
from api_service.settings import ApiSettings
from shared.background import Background
from shared.decoding import Decoder
from shared.errors import ServiceError
from shared.storage import Storage, open_storage, public_origins

_MOST_UPLOADS = 3


class TooManyUploads(ServiceError):
    status, code, title, retryable = 429, "too-many-uploads", "Too many files are being sent", True
    retry_after_seconds = 5


@dataclass(frozen=True, slots=True)
class AudioStore:
    """What requests use of it."""

    storage: Storage
    decoder: Decoder
    links: Links
    direct: bool
    """Whether clients are sent to the bucket itself."""

    uploads: Places
    """Of those who send us content: fewer for one account than there are for all."""


async def open_audio_store(settings: ApiSettings, stack: AsyncExitStack, *, database: Database) -> AudioStore:
    """Start what runs in the background; the stack ends it. The decoder starts with the first file."""
    storage = open_storage(settings)
    decoder = Decoder(max_seconds=0)  # it probes, and decodes nothing whole
    stack.push_async_exit(decoder)
    background = await stack.enter_async_context(Background())
    background.start("objects", ObjectKeeper(database, storage).run)
    uploads = Places(_MOST_UPLOADS, TooManyUploads)
    return AudioStore(storage, decoder, open_links(settings), settings.storage_direct, uploads)


def media_origins(settings: ApiSettings) -> list[str]:
    """Other origins than that of the page from which it plays files."""
    public = urlsplit(settings.public_url or "")
    ours = [f"{public.scheme}://{public.netloc}"] if public.scheme and public.netloc else []
    return [*ours, *(public_origins(settings) if settings.storage_direct else [])]
