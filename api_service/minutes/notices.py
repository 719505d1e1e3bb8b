"""What is to be said with decisions and tasks that were only quoted, in the language of a meeting. Pure."""

from dataclasses import dataclass

from api_service.minutes.document import Minutes
from api_service.minutes.words import is_chinese


@dataclass(frozen=True, slots=True)
class Notice:
    """For whoever reads minutes without knowing how they came about."""

    quoted: str
    _more: str

    def more(self, count: int) -> str:
        """Says that so many were found and are not told."""
        return self._more.format(count=count)


_ENGLISH, _CHINESE = "en", "zh"
_NOTICES = {
    _ENGLISH: Notice("Quoted automatically, to be confirmed:", "… and {count} more"),
    _CHINESE: Notice("以下为自动摘录的原话，有待确认：", "……另有 {count} 条"),
    "de": Notice("Automatisch zitiert, noch zu bestätigen:", "… und {count} weitere"),
    "es": Notice("Citado automáticamente, por confirmar:", "… y {count} más"),
    "fr": Notice("Cité automatiquement, à confirmer :", "… et {count} de plus"),
    "it": Notice("Citato automaticamente, da confermare:", "… e altri {count}"),
    "ja": Notice("発言の自動引用です。要確認：", "……ほか {count} 件"),
    "ko": Notice("자동으로 인용한 발언이며 확인이 필요합니다:", "… 외 {count}건"),
    "nl": Notice("Automatisch geciteerd, nog te bevestigen:", "… en nog {count}"),
    "pt": Notice("Citado automaticamente, a confirmar:", "… e mais {count}"),
    "ru": Notice("Автоматические цитаты, требуют подтверждения:", "… и ещё {count}"),
}


def notice_for(minutes: Minutes, language: str | None) -> Notice | None:
    """None for what a model has written. A tag that the quotations contradict counts for nothing."""
    if minutes.origin != "extracted":
        return None
    quoted = "".join(line.text for line in [*minutes.key_points, *minutes.decisions, *minutes.action_items])
    known = (language or _ENGLISH).lower().split("-", 1)[0]
    if known != "ja" and is_chinese(quoted):
        return _NOTICES[_CHINESE]
    return _NOTICES[_ENGLISH if known == _CHINESE and quoted else known if known in _NOTICES else _ENGLISH]
