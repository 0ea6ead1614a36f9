"""Connection: what a session is given, what it loses when it ends, what may travel in a statement.

Not here: whether a value is stored as it was sent (`texts.py`, `characters.py`).
"""

from __future__ import annotations

from harness.model import Group, Probe

_CONNECTION = Group.CONNECTION
_NAMED = "CREATE TABLE {t} (id {int} PRIMARY KEY, name {varchar}(40))"
_COUNTED = """
    CREATE TABLE {t} (id {int} PRIMARY KEY, n {int} NOT NULL)
    INSERT INTO {t} (id, n) VALUES (1, 10)
"""
_LONG_TEXT = "医嘱病程记录abcd" * 65_536  # 655 360 characters, 1.4 MB in UTF-8

_SESSIONS = (
    Probe(
        id="default_isolation",
        title="服务器默认隔离级别（按效果）",
        group=_CONNECTION,
        source="BD-62",
        setup=_COUNTED,
        script="""
            A: CONNECT PLAIN
            A: SELECT n FROM {t} WHERE id = 1
            B~: UPDATE {t} SET n = 20 WHERE id = 1
            B~: COMMIT
            A: SELECT n FROM {t} WHERE id = 1
            A: COMMIT
            B: SELECT n FROM {t} WHERE id = 1
        """,
        meaning="应用没有自己设置隔离级别时，同一事务里两次查号源或库存，一边读到新值，一边读到旧值。"
        "请在连接池里写明隔离级别（通常为读已提交），不要依赖服务器默认值。",
    ),
    Probe(
        id="default_time_zone",
        title="会话默认时区（与 UTC 相差的小时数）",
        group=_CONNECTION,
        source="BD-28",
        script="""
            A: CONNECT PLAIN
            A: SELECT {utc_offset_hours}{dual}
        """,
        meaning="CURRENT_TIMESTAMP 写入的挂号、收费时间会整体相差几小时，跨零点的费用落到前一天。"
        "请把两侧服务器或连接串的时区都设为 +08:00。",
    ),
    Probe(
        id="close_without_commit",
        title="未提交就断开：改动应当丢弃",
        group=_CONNECTION,
        source="issue list: autocommit",
        setup="CREATE TABLE {t} (id {int} PRIMARY KEY)",
        script="""
            B: INSERT INTO {t} (id) VALUES (1)
            B: CLOSE
            A: SELECT count(*) FROM {t}
        """,
        meaning="客户端退出时没有提交的收费明细，一边丢弃，一边留下（自动提交）。"
        "请在应用中显式提交或回滚，并检查自动提交的设置。",
    ),
    Probe(
        id="kill_and_reconnect",
        title="会话被终止后：应答、重连、未提交的改动",
        group=_CONNECTION,
        source="issue list: reconnect after kill",
        setup="CREATE TABLE {t} (id {int} PRIMARY KEY)",
        script="""
            B: INSERT INTO {t} (id) VALUES (1)
            A: KILL B
            B: SELECT 1{dual}
            B: CONNECT
            B: SELECT count(*) FROM {t}
        """,
        meaning="连接被管理员或防火墙切断时，应用收到的错误种类不同，连接池可能认不出坏连接而一直报错。"
        "请核对连接池的断线错误码清单和取用前检查。",
    ),
    Probe(
        id="kill_frees_locks",
        title="终止持锁会话后，等待者继续",
        group=_CONNECTION,
        source="issue list: reconnect after kill",
        setup=_COUNTED,
        script="""
            B: UPDATE {t} SET n = 99 WHERE id = 1
            A~: UPDATE {t} SET n = n + 1 WHERE id = 1
            C: KILL B
            A: COMMIT
            A: SELECT n FROM {t} WHERE id = 1
        """,
        meaning="终止卡死的收费会话之后，锁没有立即放开，其他窗口继续等待。"
        "请在应急手册里写明该产品释放锁的办法和时间。",
    ),
    Probe(
        id="pool_20",
        title="同时 20 个会话",
        group=_CONNECTION,
        source="issue list: pooling",
        script="A: POOL 20",
        meaning="默认连接数不够一个小连接池使用，早高峰挂号窗口会拿不到连接。请调大服务器的最大连接数或许可数。",
    ),
    Probe(
        id="pool_60",
        title="同时 60 个会话",
        group=_CONNECTION,
        source="issue list: pooling",
        script="A: POOL 60",
        meaning="多台应用服务器各有一个连接池，合计超过默认连接数时新窗口登录失败。"
        "请按各连接池上限之和设置服务器最大连接数。",
    ),
    Probe(
        id="idle_in_transaction",
        title="事务中空闲 2 秒后继续",
        group=_CONNECTION,
        source="issue list: long idle",
        setup="CREATE TABLE {t} (id {int} PRIMARY KEY)",
        script="""
            A: INSERT INTO {t} (id) VALUES (1)
            A: IDLE 2
            A: INSERT INTO {t} (id) VALUES (2)
            A: COMMIT
            A: SELECT count(*) FROM {t}
        """,
        meaning="收费员在确认框前停顿，事务被服务器结束，已录入的明细丢失。"
        "请核对空闲事务超时参数，并把等待用户确认移到事务之外。",
    ),
    Probe(
        id="temporary_table",
        title="临时表：别人看不见，重连后消失",
        group=_CONNECTION,
        source="issue list: reconnect",
        script="""
            A.: CREATE TEMPORARY TABLE {u} (n {int})
            A: INSERT INTO {u} (n) VALUES (1)
            A: COMMIT
            A: SELECT n FROM {u}
            B: SELECT n FROM {u}
            A: CONNECT
            A: SELECT n FROM {u}
        """,
        meaning="报表用临时表存中间结果：建不成，或内容被其他操作员看见，或提交后被清空。"
        "请按目标产品改写为其临时表语法。",
    ),
    Probe(
        id="user_variable",
        title="MySQL 会话变量 @x：重连后清空",
        group=_CONNECTION,
        source="issue list: session settings",
        script="""
            A.: SET @seat = 7
            A: SELECT @seat
            A: CONNECT
            A: SELECT @seat
        """,
        meaning="用 @变量 编流水号或传操作员工号的语句行为不同，连接池换连接后取到空值或别人的值。"
        "请改由应用变量或绑定参数传递。",
    ),
)

_STATEMENTS = (
    Probe(
        id="client_charset_bound",
        title="四字节汉字以绑定参数进出",
        group=_CONNECTION,
        source="BD-10",
        setup=_NAMED,
        script="""
            A: INSERT INTO {t} (id, name) VALUES (1, :name)
            A: SELECT name, char_length(name), octet_length(name) FROM {t}
            A: SELECT count(*) FROM {t} WHERE name = :name
        """,
        params={"name": "𠮷田𬭎"},
        meaning="含生僻字的患者姓名写不进、变成问号，或查不到本人。"
        "请把数据库、表和连接的字符集都设为 UTF-8（四字节）或 GB18030-2022。",
    ),
    Probe(
        id="client_charset_literal",
        title="四字节汉字写在语句里",
        group=_CONNECTION,
        source="BD-10",
        setup=_NAMED,
        script="""
            A: INSERT INTO {t} (id, name) VALUES (1, '𠮷田𬭎')
            A: SELECT name FROM {t} WHERE name = '𠮷田𬭎'
            A: SELECT '𬭎'{dual}
        """,
        meaning="拼在语句里的生僻字被客户端字符集转坏，患者主索引出现两个人。请统一连接字符集，并改用绑定参数。",
    ),
    Probe(
        id="bind_null",
        title="绑定参数为 NULL",
        group=_CONNECTION,
        source="issue list: parameter types",
        setup=_NAMED,
        script="""
            A: INSERT INTO {t} (id, name) VALUES (1, :missing)
            A: SELECT count(*) FROM {t} WHERE name IS NULL
            A: SELECT count(*) FROM {t} WHERE name = :missing
            A: SELECT coalesce(:missing, '无'){dual}
        """,
        params={"missing": None},
        meaning="未填的过敏史、联系电话绑定为 NULL 时，一边可以，一边因参数没有类型而报错。"
        "请在绑定时写明类型或在 SQL 里 CAST。",
    ),
    Probe(
        id="bind_int_to_text",
        title="整数参数写入文本列、与文本列比较",
        group=_CONNECTION,
        source="BD-24",
        setup=_NAMED,
        script="""
            A: INSERT INTO {t} (id, name) VALUES (1, :number)
            A: COMMIT
            A: SELECT name FROM {t}
            A: SELECT count(*) FROM {t} WHERE name = :number
        """,
        params={"number": 42},
        meaning="病历号是文本列而程序按整数传参：一边自动转换（并放弃索引），一边报类型不符。"
        "请让参数类型与列类型一致。",
    ),
    Probe(
        id="bind_text_to_int",
        title="文本参数写入整数列、与整数列比较",
        group=_CONNECTION,
        source="BD-24",
        setup="CREATE TABLE {t} (id {int} PRIMARY KEY, n {int})",
        script="""
            A: INSERT INTO {t} (id, n) VALUES (1, :digits)
            A: SELECT n FROM {t} WHERE n = :digits
            A: COMMIT
            A: SELECT count(*) FROM {t} WHERE n = :letters
        """,
        params={"digits": "42", "letters": "42号"},
        meaning="界面传来的文本数量直接写入整数列：一边转换，一边报错；“42号”一边报错，一边悄悄当作 42。"
        "请在程序里先转换并校验。",
    ),
    Probe(
        id="long_statement",
        title="1.4 MB 的单条语句",
        group=_CONNECTION,
        source="issue list: very long statement",
        setup="CREATE TABLE {t} (id {int} PRIMARY KEY, body {text})",
        script="""
            A: INSERT INTO {t} (id, body) VALUES (1, :body)
            A: SELECT char_length(body) FROM {t}
        """,
        params={"body": _LONG_TEXT},
        meaning="保存大段病历或批量拼接的语句超过服务器的单包上限而失败。"
        "请调大 max_allowed_packet 一类参数，或分段写入。",
    ),
    Probe(
        id="in_list_2000",
        title="IN 列表 2000 项",
        group=_CONNECTION,
        source="issue list: 2000 columns in IN list",
        setup=_COUNTED,
        script=f"A: SELECT count(*) FROM {{t}} WHERE id IN ({', '.join(map(str, range(1, 2001)))})",
        meaning="按一批医嘱号查询时列表过长被拒绝（Oracle 上限 1000）。请分批查询，或改为临时表连接。",
    ),
    Probe(
        id="several_statements",
        title="一次发送多条语句",
        group=_CONNECTION,
        source="issue list: multiple statements",
        setup="CREATE TABLE {t} (id {int} PRIMARY KEY)",
        script="""
            A.: INSERT INTO {t} (id) VALUES (1); INSERT INTO {t} (id) VALUES (2)
            A: COMMIT
            A: SELECT count(*) FROM {t}
        """,
        meaning="脚本把几条语句用分号拼成一次发送：一边全部执行，一边整句报错或只执行第一条。"
        "请逐条执行，或按驱动打开多语句选项。",
    ),
    Probe(
        id="comment_styles",
        title="注释写法：/* */ 与 --",
        group=_CONNECTION,
        source="issue list: comment styles",
        script="""
            A: SELECT /* 门诊 */ 1{dual}
            A: SELECT 2{dual} -- 备注
        """,
        meaning="程序里带注释的 SQL 在目标库上报语法错误。请统一写成 /* */。",
    ),
    Probe(
        id="comment_double_minus",
        title="“5--1”：注释还是减负数",
        group=_CONNECTION,
        source="issue list: comment styles",
        script="A: SELECT 5--1{dual}",
        meaning="拼接退费金额得到“金额--数值”时，一边把后半句当注释得 5，一边算成 6，结果悄悄不同。"
        "请用绑定参数，或在减号之间加空格。",
    ),
    Probe(
        id="comment_hash",
        title="MySQL 的 # 注释",
        group=_CONNECTION,
        source="issue list: comment styles",
        script="A: SELECT 3{dual} # memo",
        meaning="脚本里用 # 写的注释在目标库上是语法错误。请改成 /* */。",
    ),
    Probe(
        id="trailing_semicolon",
        title="语句末尾带分号",
        group=_CONNECTION,
        source="issue list: semicolon",
        # One semicolon ends the line of the script, the other belongs to the statement.
        script="A: SELECT 1{dual};;",
        meaning="程序里的 SQL 末尾带分号，一边照常执行，一边报语法错误（Oracle 系）。请去掉程序中语句末尾的分号。",
    ),
    Probe(
        id="pool_validation_query",
        title="连接池的检查语句 SELECT 1",
        group=_CONNECTION,
        source="issue list: pooling",
        script="A: SELECT 1",
        meaning="连接池配置的检查语句在目标库上报错，池里所有连接都被判为失效，应用启动不了。"
        "请改用目标产品的检查语句或 JDBC isValid。",
    ),
    Probe(
        id="unknown_table_in_chinese",
        title="中文标识符的错误信息",
        group=_CONNECTION,
        source="issue list: error message encoding",
        script="A: SELECT 1 FROM 没有这张表",
        meaning="错误信息含中文时驱动解码失败，真正的原因被编码错误掩盖。请统一服务器消息语言和客户端字符集。",
    ),
)

PROBES: tuple[Probe, ...] = (*_SESSIONS, *_STATEMENTS)
