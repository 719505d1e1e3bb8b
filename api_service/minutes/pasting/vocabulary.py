"""Words before a colon that are names, and many more that are not."""

# ruff: noqa: SIM905 - lists of so many words would fill pages

SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤張"
    "劉陳楊黃趙吳孫馬鄭羅謝許韓馮鄧蘇魏呂盧鍾譚陸賈鄒閻龍賀顧龔萬錢嚴湯"
)
"""The most frequent Chinese ones; where one stands first, a few characters are a name."""

ROLES = frozenset("""主持人 主持 记者 嘉宾 受访者 采访者 客户 老师 医生 面试官 候选人""".split())
NO_CHINESE_NAMES = frozenset(
    """方案 金额 任务 程序 于是 万一 马上 何时 余额 段落 高度 高峰 江湖 决定 结论 备注 问题 时间
    地点 主题 会议主题 例如 比如 首先 其次 最后 总结 说明 注意 议题 议程 参会人 参会人员 待办
    日期 目标 原因 结果 建议 白天 金融 石油 任何 任意 方法 方向 方式 方面 史料 林业 田地 高中
    小时 老板说 老实说 小结 小组 许多 夏天 周一 周二 周三 周四 周五 周六 周日 周末 周期 黄金
    马路 钱 程度 严格 严重 武器 雷同 曾经 万元 于此 何况""".split()
)
"""Headings, and words that begin with a surname."""

PARTICLES = frozenset(
    "de da do dos das di del della van von der den zu la le el al bin ibn ter ten y e".split()
)
"""Of names, without a capital."""

HEADINGS = frozenset(
    """action actions agenda aim also answer answers approved attendees attention background budget case
    caution comment comments conclusion conclusions context cost costs date deadline decided decision
    decisions definition description details discussion duration email eta example examples exception
    fact fazit finally firstly follow-up fyi goal goals honestly idea ideas important info information
    introduction issue issues item items key language lastly link links list location main meeting
    message minutes motion name namely nb next note notes objective open option options outcome outcomes
    outlook overview participants phone place plan point points present presentation price priority
    problem problems proposal ps purpose question questions re reason reasons recap recommendation
    reference remark reminder report resolution result results risk risks rule scope second secondly
    seriously solution start end status step steps subject suggestion summary task tasks theme third
    time timeline tip title todo to-do topic topics total transcript update updates url venue version
    vote warning year monday tuesday wednesday thursday friday saturday sunday january february march
    april june july august september october november december aufgabe aufgaben antwort beispiel
    beschluss beschlüsse datum entscheidung ergebnis ergebnisse frage fragen hinweis lösung notiz ort
    tagesordnung teilnehmer thema themen vorschlag ziel zusammenfassung conclusión decisión décision
    exemple fecha lieu nota notas objectif pregunta question remarque respuesta résumé réponse sujet
    tarea tareas tema tâche""".split()
)
"""What stands before a colon in notes and is nobody."""
