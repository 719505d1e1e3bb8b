"""The sum of what the suites say."""

from embedded.setup.installation import with_tests
from embedded.testing import SUITES, Outcome, summarise


def outcome(suite: str, *lines: str, status: int = 0) -> Outcome:
    return Outcome(suite, status, lines)


def test_counts_are_added_up_over_suites() -> None:
    outcomes = [
        outcome("api", "...s", "=========== 12 passed, 1 skipped in 3.10s ============"),
        outcome("stt", "4 passed, 2 warnings in 0.12s"),
        outcome(
            "web", " Test Files  2 passed (2)", "      Tests  11 passed | 1 skipped (12)", "   Duration  1s"
        ),
    ]
    assert summarise(outcomes).splitlines()[-1] == "27 passed, 0 failed, 2 skipped"


def test_errors_count_as_failures_and_the_suite_is_named() -> None:
    outcomes = [outcome("api", "=== 1 failed, 3 passed, 2 errors in 61.03s (0:01:01) ===", status=1)]
    assert summarise(outcomes).splitlines()[-2:] == ["not passed: api", "3 passed, 3 failed, 0 skipped"]


def test_what_was_skipped_is_named() -> None:
    line = "SKIPPED [1] tests/models/stt_service/test_x.py:12: no recordings in ../shared/data"
    assert f"  stt: {line}" in summarise([outcome("stt", line, "=== 1 skipped in 0.10s ===")])


def test_a_suite_that_crashed_did_not_pass() -> None:
    crashed = outcome("agent", "Segmentation fault", status=-11)
    assert not crashed.passed
    assert "not passed: agent" in summarise([crashed])


def test_a_suite_without_tests_passes() -> None:
    assert outcome("embedded", "=== no tests ran in 0.01s ===", status=5).passed
    assert not outcome("embedded", "=== 3 passed in 0.01s ===", status=5).passed


def test_a_suite_needs_no_environment_but_its_own() -> None:
    assert with_tests(["api", "web"])[-1].module == ("embedded.environments", "api-tests")
    assert set(with_tests(SUITES)[-1].module[1:]) == {f"{suite}-tests" for suite in SUITES if suite != "web"}
