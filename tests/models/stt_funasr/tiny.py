"""Folders of FunASR's models at toy size with random weights, which the real library loads and runs."""

import json
import warnings
from pathlib import Path

import sentencepiece
import torch
import yaml
from funasr import AutoModel
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import PreTrainedTokenizerFast, Qwen3Config

from shared.audio import Floats

Config = dict[str, object]

TOKENS = ["<blank>", "<s>", "</s>", *"欢迎大家来体验语音识别模型", "hello", "wor@@", "ld", "<unk>"]
TAGS = ["<|zh|>", "<|en|>", "<|HAPPY|>", "<|NEUTRAL|>", "<|Speech|>", "<|Laughter|>", "<|withitn|>"]
WORDS = ["▁hello", "▁world"]
SENTENCES = ["hello world this is a meeting", "we talk about the plan", "欢迎大家来体验语音识别模型"]
FEATURES = 560
_WIDTH = 32
_FRONTEND: Config = {"fs": 16000, "n_mels": 80, "frame_length": 25, "frame_shift": 10, "lfr_m": 7, "lfr_n": 6}
_ENCODER: Config = {
    "output_size": _WIDTH,
    "attention_heads": 2,
    "linear_units": 64,
    "num_blocks": 2,
    "input_layer": "pe",
    "pos_enc_class": "SinusoidalPositionEncoder",
    "normalize_before": True,
    "kernel_size": 11,
    "sanm_shfit": 0,
    "selfattention_layer_type": "sanm",
}
_DECODER: Config = {
    "attention_heads": 2,
    "linear_units": 64,
    "num_blocks": 2,
    "att_layer_num": 2,
    "kernel_size": 11,
    "sanm_shfit": 0,
}


def sensevoice(folder: Path) -> Path:
    """SenseVoiceSmall with a vocabulary of a few words and tags."""
    folder.mkdir(parents=True)
    words = "chn_jpn_yue_eng_ko_spectok.bpe"
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES * 20),
        model_prefix=str(folder / words),
        vocab_size=320,
        hard_vocab_limit=False,
        byte_fallback=True,
        add_dummy_prefix=False,
        character_coverage=1.0,
        user_defined_symbols=TAGS + WORDS,
        minloglevel=2,
    )
    config: Config = {
        "model": "SenseVoiceSmall",
        "model_conf": {"sos": 1, "eos": 2, "ignore_id": -1},
        "encoder": "SenseVoiceEncoderSmall",
        "encoder_conf": {**_ENCODER, "tp_blocks": 1, "output_size": 128},
        "frontend": "WavFrontend",
        "frontend_conf": _FRONTEND,
        "tokenizer": "SentencepiecesTokenizer",
        "tokenizer_conf": {"bpemodel": None, "unk_symbol": "<unk>", "split_with_space": True},
    }
    files: Config = {
        "tokenizer_conf": {"bpemodel": f"{words}.model"},
        "frontend_conf": {"cmvn_file": "am.mvn"},
    }
    return _write(folder, config, files)


FRAMES_APART = 8
"""Of 60 ms each, between two tokens that a taught model writes."""


def teach(folder: Path, audio: Floats, written: str) -> None:
    """Make a SenseVoice write this, tags first, whenever it hears exactly this audio for up to seven seconds.

    Its last layer is solved for that; all else of it stays as random as it is.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module, options = AutoModel.build_model(
            model=str(folder), device="cpu", frontend_conf={"dither": 0.0}
        )
    last = module.ctc.ctc_lo
    seen: list[torch.Tensor] = []
    listening = last.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0][0]))
    with torch.no_grad():
        module.inference([audio], key=["0"], **{**options, "language": "auto", "use_itn": True})
    listening.remove()
    frames = torch.cat([seen[0], torch.ones(len(seen[0]), 1)], dim=1)
    tokens = options["tokenizer"].encode(written)
    places = [number if number < 4 else 4 + FRAMES_APART * (number - 3) for number in range(len(tokens))]
    wanted = torch.zeros(len(frames), last.out_features)
    wanted[:, 0] = 1
    wanted[places] = torch.nn.functional.one_hot(torch.tensor(tokens), last.out_features).float()
    solved = torch.linalg.lstsq(frames.double(), wanted.double()).solution.float()
    with torch.no_grad():
        last.weight.copy_(20 * solved[:-1].T)
        last.bias.copy_(20 * solved[-1])
    torch.save(module.state_dict(), folder / "model.pt")


def forget(folder: Path) -> None:
    """Make a SenseVoice that was taught something write at random again, about anything."""
    weights = torch.load(folder / "model.pt")
    torch.nn.init.normal_(weights["ctc.ctc_lo.weight"], 0, 0.3)
    torch.save(weights, folder / "model.pt")


def paraformer(folder: Path) -> Path:
    """Paraformer, which has no place for hints."""
    return _with_characters(folder, "Paraformer", {"predictor": "CifPredictorV2"})


def seaco(folder: Path) -> Path:
    """The Paraformer that listens for hints and places every character."""
    parts: Config = {
        "predictor": "CifPredictorV3",
        "seaco_decoder": "ParaformerSANMDecoder",
        "seaco_decoder_conf": {**_DECODER, "wo_input_layer": True, "use_output_layer": False},
    }
    hints = {"inner_dim": _WIDTH, "bias_encoder_type": "lstm", "NO_BIAS": len(TOKENS) - 1}
    return _with_characters(folder, "SeacoParaformer", parts, **hints)


def _with_characters(folder: Path, model: str, parts: Config, **options: object) -> Path:
    folder.mkdir(parents=True)
    upsampling = {
        "smooth_factor2": 0.25,
        "noise_threshold2": 0.01,
        "upsample_times": 3,
        "use_cif1_cnn": False,
    }
    v3 = upsampling if parts["predictor"] == "CifPredictorV3" else {}
    config: Config = {
        "model": model,
        "model_conf": {"ctc_weight": 0.0, "predictor_bias": 1, "sampling_ratio": 0.75, **options},
        "encoder": "SANMEncoder",
        "encoder_conf": _ENCODER,
        "decoder": "ParaformerSANMDecoder",
        "decoder_conf": _DECODER,
        "predictor_conf": {
            "idim": _WIDTH,
            "threshold": 1.0,
            "l_order": 1,
            "r_order": 1,
            "tail_threshold": 0.45,
            **v3,
        },
        "frontend": "WavFrontend",
        "frontend_conf": _FRONTEND,
        "tokenizer": "CharTokenizer",
        "tokenizer_conf": {"unk_symbol": "<unk>", "split_with_space": True},
        **parts,
    }
    (folder / "tokens.json").write_text(json.dumps(TOKENS))
    return _write(folder, config)


def fun_asr(folder: Path) -> Path:
    """The language model that listens, with a vocabulary of the tests' own words."""
    language_model = folder / "Qwen3-0.6B"
    language_model.mkdir(parents=True)
    vocabulary = [
        "<unk>",
        "<|im_start|>",
        "<|im_end|>",
        "语音转写",
        "hello",
        "world",
        "神经网络",
        "中文",
        "，",
        "：",
    ]
    words = Tokenizer(WordLevel({word: number for number, word in enumerate(vocabulary)}, unk_token="<unk>"))
    words.pre_tokenizer = Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=words, eos_token="<|im_end|>").save_pretrained(language_model)
    Qwen3Config(
        vocab_size=len(vocabulary),
        hidden_size=_WIDTH,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        eos_token_id=2,
        pad_token_id=2,
    ).save_pretrained(language_model)
    adaptor = {"downsample_rate": 1, "encoder_dim": _WIDTH, "llm_dim": _WIDTH, "ffn_dim": 64, "n_layer": 0}
    config: Config = {
        "model": "FunASRNano",
        "model_conf": {},
        "audio_encoder": "SenseVoiceEncoderSmall",
        "audio_encoder_conf": {**_ENCODER, "tp_blocks": 1},
        "llm": "Qwen3-0.6B",
        "llm_conf": {"llm_dtype": "fp32"},
        "audio_adaptor": "Transformer",
        "audio_adaptor_conf": adaptor,
        "frontend": "WavFrontend",
        "frontend_conf": {**_FRONTEND, "cmvn_file": None},
        "tokenizer": "HuggingfaceTokenizer",
        "tokenizer_conf": {},
    }
    place = {"init_param_path": "Qwen3-0.6B"}
    return _write(folder, config, {"llm_conf": place, "tokenizer_conf": place})


def punctuation(folder: Path) -> Path:
    """The model that puts commas and full stops into a text."""
    folder.mkdir(parents=True)
    marks = ["<unk>", "_", "，", "。", "？", "、"]
    config: Config = {
        "model": "CTTransformer",
        "model_conf": {
            "ignore_id": 0,
            "embed_unit": _WIDTH,
            "att_unit": _WIDTH,
            "punc_list": marks,
            "punc_weight": [1.0] * len(marks),
            "sentence_end_id": 3,
        },
        "encoder": "SANMEncoder",
        "encoder_conf": {**_ENCODER, "input_size": _WIDTH, "padding_idx": 0},
        "tokenizer": "CharTokenizer",
        "tokenizer_conf": {"unk_symbol": "<unk>"},
    }
    (folder / "tokens.json").write_text(json.dumps(TOKENS))
    return _write(folder, config)


def _write(folder: Path, config: Config, files: Config | None = None) -> Path:
    """The folder as the hub has it; the library itself builds the model whose weights are kept."""
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    if "frontend" in config:
        (folder / "am.mvn").write_text(_statistics())
    if files:
        located = _located(folder, files)
        paths = {"init_param": "model.pt", "config": "config.yaml", **files}
        (folder / "configuration.json").write_text(json.dumps({"file_path_metas": paths}))
    else:
        located = {"tokenizer_conf": {"token_list": str(folder / "tokens.json")}}
    torch.manual_seed(7)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model, _ = AutoModel.build_model(**_merged(config, located), device="cpu", ncpu=1)
    for weights in model.parameters():
        if weights.dim() > 1:
            torch.nn.init.normal_(weights, 0, 0.3)
    torch.save(model.state_dict(), folder / "model.pt")
    return folder


def _located(folder: Path, files: Config) -> Config:
    return {
        name: _located(folder, value) if isinstance(value, dict) else str(folder / str(value))
        for name, value in files.items()
    }


def _merged(one: Config, other: Config) -> Config:
    merged = dict(one)
    for name, value in other.items():
        before = merged.get(name)
        merged[name] = (
            _merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
        )
    return merged


def _statistics() -> str:
    shift, scale = " ".join(["-8.0"] * FEATURES), " ".join(["0.3"] * FEATURES)
    return (
        f"<Nnet>\n<Splice> {FEATURES} {FEATURES}\n[ 0 ]\n"
        f"<AddShift> {FEATURES} {FEATURES}\n<LearnRateCoef> 0 [ {shift} ]\n"
        f"<Rescale> {FEATURES} {FEATURES}\n<LearnRateCoef> 0 [ {scale} ]\n</Nnet>\n"
    )
