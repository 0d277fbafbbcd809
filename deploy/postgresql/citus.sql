-- Distributes the tables over the workers of a Citus cluster, each by the first column of its key. Rows of one decision are then
-- on one worker. It was run on Citus 13.2.2 with PostgreSQL 15 (deploy/README.md, “PostgreSQL”). No test of this repository does so,
-- because Debian has no package of Citus. Tests check that it names every table, and the checks with stand-ins for the functions
-- of Citus.
--
-- It first checks the cluster, and then changes everything or nothing. Start each service once, so that it creates its tables.
-- Stop it, and run this script on the coordinator as a superuser:
--
--     psql --file deploy/postgresql/citus.sql 'postgres://postgres@coordinator.example/onsale_queue'
--     psql --file deploy/postgresql/citus.sql 'postgres://postgres@coordinator.example/onsale_concert'
--     psql --file deploy/postgresql/citus.sql 'postgres://postgres@coordinator.example/onsale_wallet'
--
-- Run it in the same way after each update of the programs: it leaves distributed tables as they are, and distributes new ones.
--
-- The script detects the service of the database. The tables `migration`, `migration_claim`, `newest_time`, `operator_action`,
-- `action_chain`, `event`, `event_new` and `event_end` stay on the coordinator. The log of actions is one chain, and few rows are
-- written to it. Events have one row for each sale.
\set ON_ERROR_STOP on
create extension if not exists citus;
begin;

select to_regclass('room') is not null as is_queue, to_regclass('concert') is not null as is_concert,
    to_regclass('account') is not null as is_wallet
\gset

do $$
declare
    owner text := (select tableowner from pg_tables where tablename = 'migration' and schemaname = any (current_schemas(false)));
    version text := (select extversion from pg_extension where extname = 'citus');
    workers bigint := (
        select count(*) from pg_dist_node where isactive and noderole = 'primary' and groupid <> 0 and shouldhaveshards);
    node record;
begin
    if owner is null then
        raise 'this database has no tables of a service: start the service once, stop it, and run this script again';
    end if;
    if workers = 0 then
        raise 'the cluster has no worker, so every table would stay on the coordinator: '
            'create the database and the extension citus on each worker, and add it with select citus_add_node(''worker.example'', 5432)';
    end if;
    if current_setting('max_prepared_transactions')::int = 0 then
        raise 'the coordinator has max_prepared_transactions = 0: set it to max_connections, and restart the server';
    end if;
    for node in select * from run_command_on_workers('select extversion from pg_extension where extname = ''citus''') loop
        if not node.success or node.result is distinct from version then
            raise 'worker %:% has the extension citus in version %, and the coordinator %: run create extension citus, or alter extension '
                'citus update, in the database of the same name there', node.nodename, node.nodeport, node.result, version;
        end if;
    end loop;
    for node in select * from run_command_on_workers('show max_prepared_transactions') loop
        if not node.success or node.result = '0' then
            raise 'worker %:% has max_prepared_transactions = %: set it to max_connections, and restart the server. A transaction on '
                'several workers needs it', node.nodename, node.nodeport, node.result;
        end if;
    end loop;
    for node in select * from run_command_on_workers(
        format('select rolcanlogin and has_database_privilege(rolname, current_database(), ''connect'') from pg_roles where rolname = %L', owner))
    loop
        if not node.success or node.result is distinct from 't' then
            raise 'the role % cannot use worker %:%: create it there with login and grant it connect on the database, with the password '
                'of the coordinator in pg_dist_authinfo or .pgpass', owner, node.nodename, node.nodeport;
        end if;
    end loop;
    -- Enough to add workers later, and few, because a query without a key asks each shard.
    perform set_config('citus.shard_count', (8 * workers)::text, true);
end $$;

-- Moves a table to the workers, beside the shards of another one or alone. The function stays on the coordinator.
set local citus.enable_ddl_propagation = off;
create function pg_temp.distribute(name text, key text, beside text default 'none') returns void language plpgsql as $$
begin
    if not exists (select from pg_dist_partition where logicalrelid = name::regclass) then
        perform create_distributed_table(name::regclass, key, colocate_with => beside);
    end if;
end $$;
set local citus.enable_ddl_propagation = on;

\if :is_queue
    select pg_temp.distribute('room', 'room_id');
    select pg_temp.distribute('place', 'room_id', 'room');
    select pg_temp.distribute('ban', 'room_id', 'room');
    select pg_temp.distribute('ban_request', 'room_id', 'room');
    select pg_temp.distribute('line_checkpoint', 'room_id', 'room');
    select pg_temp.distribute('line_fork', 'room_id', 'room');
    select pg_temp.distribute('room_draw', 'room_id', 'room');
    select pg_temp.distribute('room_claims', 'room_id', 'room');
    select pg_temp.distribute('code_use', 'room_id', 'room');
    -- A query by name does not have the id of the room.
    select pg_temp.distribute('room_name', 'name');
\endif

\if :is_concert
    select pg_temp.distribute('concert', 'concert_id');
    select pg_temp.distribute('schedule', 'concert_id', 'concert');
    select pg_temp.distribute('schedule_name', 'concert_id', 'concert');
    select pg_temp.distribute('seat', 'concert_id', 'concert');
    select pg_temp.distribute('seat_change', 'concert_id', 'concert');
    select pg_temp.distribute('buyer', 'concert_id', 'concert');
    select pg_temp.distribute('reservation', 'concert_id', 'concert');
    select pg_temp.distribute('decision', 'concert_id', 'concert');
    select pg_temp.distribute('ticket', 'concert_id', 'concert');
    select pg_temp.distribute('refund', 'concert_id', 'concert');
    select pg_temp.distribute('date_cancellation', 'concert_id', 'concert');
    select pg_temp.distribute('concert_name', 'name');
\endif

\if :is_wallet
    select pg_temp.distribute('account', 'user_id');
    select pg_temp.distribute('entry', 'user_id', 'account');
    select pg_temp.distribute('top_up', 'user_id', 'account');
    select pg_temp.distribute('payment', 'user_id', 'account');
    select pg_temp.distribute('refund', 'user_id', 'account');
    select pg_temp.distribute('pass_due', 'user_id', 'account');
    select pg_temp.distribute('session', 'user_id', 'account');
    select pg_temp.distribute('known_network', 'user_id', 'account');
    select pg_temp.distribute('operator_login', 'user_id', 'account');
    -- These tables are not per user.
    select pg_temp.distribute('login', 'name');
    -- The names of logins have another collation, so these tables cannot be colocated with them.
    select pg_temp.distribute('password_reset', 'name');
    select pg_temp.distribute('password_change', 'name', 'password_reset');
    select pg_temp.distribute('operator_order', 'number');
    select pg_temp.distribute('payment_owner', 'payment_id');
    select pg_temp.distribute('halted', 'concert_id');
    select pg_temp.distribute('take_over', 'kind');
\endif

commit;
