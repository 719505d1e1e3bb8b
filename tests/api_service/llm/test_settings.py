"""What the operator says of models, and what makes no sense."""

import pytest
from pydantic import SecretStr, ValidationError

from api_service.settings import ApiSettings


def test_models_and_keys_are_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_LLM_MODELS", "openai/gpt-4o-mini, anthropic/claude-haiku-4-5 ,local/extractive")
    monkeypatch.setenv("API_LLM_KEYS", "openai:one,anthropic:two,openai:three:four")
    settings = ApiSettings()
    assert settings.llm_writers == ("openai/gpt-4o-mini", "anthropic/claude-haiku-4-5")
    assert settings.llm_keys_by_provider == {
        "openai": [SecretStr("one"), SecretStr("three:four")],
        "anthropic": [SecretStr("two")],
    }


def test_what_compose_leaves_empty_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MODELS", "KEYS", "BASE_URL", "CENTS_PER_JOB"):
        monkeypatch.setenv(f"API_LLM_{name}", "")
    settings = ApiSettings()
    assert (settings.llm_writers, settings.llm_base_url, settings.llm_cents_per_job) == ((), None, None)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"llm_models": ["local/extractive", "openai/gpt-4o"]}, "last of API_LLM_MODELS"),
        ({"llm_models": ["local/qwen"]}, "API_LLM_BASE_URL"),
        ({"llm_keys": ["sk-without-its-provider"]}, "provider:key"),
        ({"llm_context_tokens": 4096, "llm_answer_tokens": 4000}, "leave room"),
        ({"llm_models": ["a model"]}, "pattern"),
        ({"llm_base_url": "file:///etc"}, "pattern"),
    ],
)
def test_what_cannot_work_is_refused_without_showing_it(wrong: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint) as caught:
        ApiSettings.model_validate(wrong)
    assert "sk-without-its-provider" not in str(caught.value)
