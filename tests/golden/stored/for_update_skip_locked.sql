-- 跳过被锁的行 (for_update_skip_locked, BD-64)
-- 原系统：PostgreSQL 18.6
-- 迁移后系统：OceanBase 5.7.25-OceanBase seekdb-v1.4.0.0
-- 结论：不支持
-- 含义：两个发药窗口会取到同一张处方。
-- 已接受的理由：叫号改用应用侧队列，信息科 2026-10-08 确认
-- 由信衡生成，在迁移后系统自带的命令行客户端中执行；会出错的语句是有意的（mysql 请加 --force）。多个会话的，按字母在不同窗口中依次执行。
SET autocommit = 0;
SET SESSION time_zone = '+08:00';

-- 会话 A
-- :id = 1  (原为绑定参数，此处写成字面值)
SELECT id FROM xhc_for_update_skip_locked_t WHERE id = 1 FOR UPDATE;
-- 原系统：ok 1 行: (1)
-- 迁移后系统：ok 1 行: (1)

-- 会话 B
SELECT id FROM xhc_for_update_skip_locked_t FOR UPDATE SKIP LOCKED;
-- 原系统：ok 1 行: (2)
-- 迁移后系统：failed syntax [1064: You have an error in your SQL syntax]

-- 会话 A
COMMIT;
-- 原系统：ok
-- 迁移后系统：ok
