"""pyannote's own pipelines from folders, as the community one lies on the hub: real code on a toy."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from diarization_service.engine import EngineUnavailable, load_engine
from diarization_service.models import HUB
from diarization_service.settings import DiarizationSettings
from shared.audio import Pcm
from shared.contracts.diarization import SpeakerCount
from shared.weights import read_hub
from tests.models.diarization_service.conftest import heard, ignore

pytestmark = [pytest.mark.models, pytest.mark.timeout(240)]

CONFIGURATION = """
dependencies: {pyannote.audio: 4.0.0}
pipeline:
  name: pyannote.audio.pipelines.SpeakerDiarization
  params:
    clustering: VBxClustering
    segmentation: $model/segmentation
    segmentation_batch_size: 8
    embedding: $model/embedding
    embedding_batch_size: 8
    embedding_exclude_overlap: true
    plda: $model/plda
params:
  clustering: {threshold: 0.6, Fa: 0.07, Fb: 0.8}
  segmentation: {min_duration_off: 0.0}
"""


@pytest.fixture(scope="module")
def folder(models: Path, settings: DiarizationSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Segmentation is real; voices are told apart by a network that has learnt nothing."""
    folder = tmp_path_factory.mktemp("community")
    load_engine(settings)  # which lets the library be imported as the service does
    (folder / "config.yaml").write_text(CONFIGURATION)
    (folder / "segmentation").mkdir()
    shutil.copy(models / "voices" / "segmentation.bin", folder / "segmentation" / "pytorch_model.bin")
    _untaught(folder / "embedding")
    (folder / "plda").mkdir()
    random = np.random.default_rng(1)
    lda = np.linalg.qr(random.normal(0, 1, (256, 128)))[0]
    np.savez(folder / "plda" / "xvec_transform.npz", mean1=np.zeros(256), mean2=np.zeros(128), lda=lda)
    np.savez(folder / "plda" / "plda.npz", mu=np.zeros(128), tr=np.eye(128), psi=np.linspace(9, 1, 128))
    return folder


def _untaught(folder: Path) -> None:
    import torch  # noqa: PLC0415 - takes seconds that tests elsewhere need not spend
    from pyannote.audio.core.task import Problem, Resolution, Specifications  # noqa: PLC0415
    from pyannote.audio.models.embedding import WeSpeakerResNet34  # noqa: PLC0415

    torch.manual_seed(1)
    network = WeSpeakerResNet34()
    own = {
        "versions": {"torch": torch.__version__, "pyannote.audio": "4.0.0"},
        "architecture": {"module": type(network).__module__, "class": type(network).__name__},
        "specifications": Specifications(
            problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=5.0
        ),
    }
    folder.mkdir()
    torch.save(
        {
            "state_dict": network.state_dict(),
            "hyper_parameters": dict(network.hparams),
            "pytorch-lightning_version": "2.5.0",
            "epoch": 0,
            "global_step": 0,
            "pyannote.audio": own,
        },
        folder / "pytorch_model.bin",
    )


@pytest.fixture(scope="module")
def speech(recordings: Path) -> Pcm:
    return heard(recordings / "en_librispeech_test_other" / "1998-15444-0000.flac").slice(0, 6)


def test_a_folder_of_ones_own_is_loaded_and_asked(folder: Path, models: Path, speech: Pcm) -> None:
    settings = DiarizationSettings(model_dir=folder, models_directory=models, device="cpu")
    loaded = load_engine(settings)
    found = loaded.engine.diarize(speech, SpeakerCount(num_speakers=1), ignore)
    assert (loaded.reason, loaded.folder) == ("DIARIZATION_MODEL_DIR names it", folder)
    assert {turn.speaker for turn in found.turns} == {"SPEAKER_00"}


def test_the_community_pipeline_is_taken_as_soon_as_it_has_been_fetched(
    folder: Path, models: Path, tmp_path: Path
) -> None:
    known = read_hub(HUB)["community-1"]
    place = tmp_path / "hub" / f"models--{known.hub.replace('/', '--')}" / "snapshots" / known.revision
    shutil.copytree(folder, place)
    (tmp_path / "voices").symlink_to(models / "voices")
    loaded = load_engine(DiarizationSettings(models_directory=tmp_path, device="cpu"))
    assert (loaded.engine.name, loaded.revision) == (known.hub, known.revision)
    assert loaded.reason == "auto: community-1 is there"
    packaged = load_engine(DiarizationSettings(models_directory=tmp_path, device="cpu", model="voices"))
    assert packaged.engine.name == "voices"


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Callable[[str, int], None], tuple[str, int]]:
        return os.mkdir, (str(self.file), 0o700)


@pytest.mark.parametrize("part", ["segmentation", "embedding"])
def test_code_in_weights_is_not_run(folder: Path, tmp_path: Path, part: str) -> None:
    import torch  # noqa: PLC0415 - as above

    copied = Path(shutil.copytree(folder, tmp_path / "copied"))
    torch.save({"pyannote.audio": Bomb(tmp_path / "exploded")}, copied / part / "pytorch_model.bin")
    with pytest.raises(EngineUnavailable, match=r"holds no pipeline that pyannote\.audio can load"):
        load_engine(DiarizationSettings(model_dir=copied, device="cpu"))
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize(
    "configuration",
    ["", "pipeline: {name: nothing.Here}", "pipeline: {name: os.path.Path}", "- a\n- list", "{"],
)
def test_a_folder_that_holds_something_else_is_said(tmp_path: Path, configuration: str) -> None:
    (tmp_path / "config.yaml").write_text(configuration)
    with pytest.raises(EngineUnavailable, match=re.escape(str(tmp_path))):
        load_engine(DiarizationSettings(model_dir=tmp_path, device="cpu"))


def test_a_device_that_is_not_there_is_said(models: Path) -> None:
    import torch  # noqa: PLC0415 - as above

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    with pytest.raises(EngineUnavailable, match="DIARIZATION_DEVICE=cuda"):
        load_engine(DiarizationSettings(models_directory=models, device="cuda"))
