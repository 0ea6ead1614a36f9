-- 升序时空值的位置 (null_order_asc, BD-29)
-- 原系统：PostgreSQL 18.6
-- 迁移后系统：OceanBase 5.7.25-OceanBase seekdb-v1.4.0.0
-- 结论：不同
-- 含义：分页列表的第一页变成没有日期的记录。请写明 NULLS FIRST 或 NULLS LAST。
-- 由信衡生成，在迁移后系统自带的命令行客户端中执行；会出错的语句是有意的（mysql 请加 --force）。多个会话的，按字母在不同窗口中依次执行。
SET autocommit = 0;
SET SESSION time_zone = '+08:00';

-- 会话 A
CREATE TABLE xhc_null_order_asc_t (d DATE);
-- 原系统：ok
-- 迁移后系统：ok
SELECT d FROM xhc_null_order_asc_t ORDER BY d;
-- 原系统：ok 2 行: (2026-03-02) (NULL)
-- 迁移后系统：ok 2 行: (NULL) (2026-03-02)

-- 清理
ROLLBACK;
DROP TABLE IF EXISTS xhc_null_order_asc_t;
COMMIT;
