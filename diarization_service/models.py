"""The models that the diarization service knows."""

from pathlib import Path

from shared.models import Catalogue

MANIFEST = Path(__file__).parent / "models.toml"
HUB = Path(__file__).parent / "hub.toml"
MODELS = Catalogue(MANIFEST, HUB)
