"""Loads one of FunASR's model folders without a network, without code from it, and not by halves."""

import contextlib
import io
import logging
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypedDict, cast

import yaml

from shared.models import EngineUnavailable

# Before the import: what a folder lacks is to be an error, not a download.
os.environ["HF_HUB_OFFLINE"] = "1"

with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
    # It imports all that it has, training included, and speaks about it.
    warnings.simplefilter("ignore")
    import funasr
    import torch
    from funasr import AutoModel

SPEECH = (
    "SenseVoiceSmall",
    "FunASRNano",
    "Paraformer",
    "BiCifParaformer",
    "SeacoParaformer",
    "ContextualParaformer",
)
VOICE_ACTIVITY = ("FsmnVADStreaming",)
PUNCTUATION = ("CTTransformer",)

_MISSING = "Warning, miss key in ckpt"
"""How the library says that a weight stays as random as it was made."""

_TOLERATED_SHARE = 0.1
"""Some published models come without a part that the library then does without."""


class Stamp(TypedDict):
    """A token with its place in seconds."""

    token: str
    start_time: float
    end_time: float


class Result(TypedDict, total=False):
    """What a model answers to one input; which of these depends on the model."""

    text: str
    words: list[str]
    timestamp: list[list[float]]
    """Milliseconds."""

    timestamps: list[Stamp]
    value: list[list[float]]
    """Milliseconds from and to which somebody speaks."""


class _Module(Protocol):
    def inference(
        self, data_in: Sequence[object], *, key: list[str], **options: object
    ) -> Sequence[Sequence[Result]]: ...


@dataclass(frozen=True, slots=True)
class Network:
    """A loaded model and the options of its folder, which every call of it wants."""

    kind: str
    module: _Module
    options: dict[str, object]

    def __call__(self, inputs: Sequence[object], **options: object) -> list[Result]:
        """One result for each input, empty where the model found nothing to answer."""
        keys = [str(number) for number in range(len(inputs))]
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answer = self.module.inference(inputs, key=keys, **{**self.options, **options})
        # A model that hears no token in any of its inputs answers nothing at all.
        results = list(answer[0]) if answer else []
        return results or [Result(text="") for _ in inputs]

    def has(self, part: str) -> bool:
        """Whether the module has a part that not every model of its kind has."""
        return getattr(self.module, part, None) is not None


def load(folder: Path, *, kinds: Sequence[str], device: str, threads: int) -> Network:
    """Raises EngineUnavailable for a folder that holds no whole model of these kinds."""
    kind = _kind(folder)
    if kind not in kinds:
        raise EngineUnavailable(f"{folder} holds {kind}, which is none of {', '.join(kinds)}")
    _silence()
    # Noise added to the audio would make every answer a little different.
    options = {} if kind in PUNCTUATION else {"frontend_conf": {"dither": 0.0}}
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module, built = AutoModel.build_model(
                model=str(folder.resolve()),
                device=device,
                ncpu=threads,
                trust_remote_code=False,
                ignore_init_mismatch=False,
                **options,
            )
    except Exception as fault:  # noqa: BLE001 - parsers, constructors and torch raise what they like
        line = str(fault).strip().partition("\n")[0]
        raise EngineUnavailable(
            f"{folder} holds no model of FunASR: {type(fault).__name__}: {line}"
        ) from None
    _require_weights(folder, module.state_dict(), built, said.getvalue())
    return Network(kind, cast("_Module", module), built)


def select_device(wanted: str) -> str:
    """`cuda:0` or `cpu`. Raises EngineUnavailable where cuda is asked for and there is none."""
    there = bool(torch.cuda.is_available())
    if wanted == "cuda" and not there:
        raise EngineUnavailable("STT_DEVICE asks for cuda, and there is no such device")
    return "cuda:0" if there and wanted != "cpu" else "cpu"


def _kind(folder: Path) -> str:
    try:
        config = yaml.safe_load((folder / "config.yaml").read_bytes())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        raise EngineUnavailable(f"{folder}/config.yaml cannot be read: {type(fault).__name__}") from None
    return str(config.get("model")) if isinstance(config, dict) else "nothing"


def _require_weights(folder: Path, expected: dict[str, object], built: dict[str, object], said: str) -> None:
    """The library itself goes on with random numbers where weights are missing."""
    file = built.get("init_param")
    if not isinstance(file, str) or not Path(file).is_file():
        raise EngineUnavailable(f"{folder} names no weights that are there")
    missing = said.count(_MISSING)
    if missing > _TOLERATED_SHARE * len(expected):
        raise EngineUnavailable(
            f"{folder}: {missing} of {len(expected)} weights are not in {Path(file).name}"
        )


def _silence() -> None:
    """The library logs hints, which are what people are about to say, straight to the root logger."""
    home = str(Path(funasr.__file__).parent)
    root = logging.getLogger()
    if not any(isinstance(each, _NotFrom) for each in root.filters):
        root.addFilter(_NotFrom(home))


class _NotFrom(logging.Filter):
    """Drops what is logged by the code of one folder."""

    def __init__(self, home: str) -> None:
        super().__init__()
        self._home = home

    def filter(self, record: logging.LogRecord) -> bool:
        return not record.pathname.startswith(self._home)
