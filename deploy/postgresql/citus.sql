-- Distributes the tables over the workers of a Citus cluster, each by the first column of its key. Rows of one decision are then
-- on one worker. It follows the documentation of Citus 12 and is NOT TESTED on Citus, because Debian has no package of it. Tests
-- check that it names every table, that the columns exist, and the checks with stand-ins for the functions of Citus.
--
-- It first checks the cluster, and then changes everything or nothing. Start each service once, so that it creates its tables.
-- Stop it, and run this script on the coordinator as a superuser while the tables are empty:
--
--     psql --file deploy/postgresql/citus.sql 'postgres://postgres@coordinator.example/onsale_queue'
--     psql --file deploy/postgresql/citus.sql 'postgres://postgres@coordinator.example/onsale_concert'
--     psql --file deploy/postgresql/citus.sql 'postgres://postgres@coordinator.example/onsale_wallet'
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

\if :is_queue
    select create_distributed_table('room', 'room_id');
    select create_distributed_table('place', 'room_id', colocate_with => 'room');
    select create_distributed_table('ban', 'room_id', colocate_with => 'room');
    select create_distributed_table('ban_request', 'room_id', colocate_with => 'room');
    select create_distributed_table('line_checkpoint', 'room_id', colocate_with => 'room');
    select create_distributed_table('room_draw', 'room_id', colocate_with => 'room');
    select create_distributed_table('room_claims', 'room_id', colocate_with => 'room');
    select create_distributed_table('code_use', 'room_id', colocate_with => 'room');
    -- A query by name does not have the id of the room.
    select create_distributed_table('room_name', 'name', colocate_with => 'none');
\endif

\if :is_concert
    select create_distributed_table('concert', 'concert_id');
    select create_distributed_table('schedule', 'concert_id', colocate_with => 'concert');
    select create_distributed_table('schedule_name', 'concert_id', colocate_with => 'concert');
    select create_distributed_table('seat', 'concert_id', colocate_with => 'concert');
    select create_distributed_table('seat_change', 'concert_id', colocate_with => 'concert');
    select create_distributed_table('buyer', 'concert_id', colocate_with => 'concert');
    select create_distributed_table('reservation', 'concert_id', colocate_with => 'concert');
    select create_distributed_table('decision', 'concert_id', colocate_with => 'concert');
    select create_distributed_table('ticket', 'concert_id', colocate_with => 'concert');
    select create_distributed_table('refund', 'concert_id', colocate_with => 'concert');
    select create_distributed_table('date_cancellation', 'concert_id', colocate_with => 'concert');
    select create_distributed_table('concert_name', 'name', colocate_with => 'none');
\endif

\if :is_wallet
    select create_distributed_table('account', 'user_id');
    select create_distributed_table('entry', 'user_id', colocate_with => 'account');
    select create_distributed_table('top_up', 'user_id', colocate_with => 'account');
    select create_distributed_table('payment', 'user_id', colocate_with => 'account');
    select create_distributed_table('refund', 'user_id', colocate_with => 'account');
    select create_distributed_table('pass_due', 'user_id', colocate_with => 'account');
    select create_distributed_table('session', 'user_id', colocate_with => 'account');
    select create_distributed_table('known_network', 'user_id', colocate_with => 'account');
    select create_distributed_table('operator_login', 'user_id', colocate_with => 'account');
    -- These tables are not per user.
    select create_distributed_table('login', 'name', colocate_with => 'none');
    select create_distributed_table('password_reset', 'name', colocate_with => 'login');
    select create_distributed_table('password_change', 'name', colocate_with => 'login');
    select create_distributed_table('operator_order', 'number', colocate_with => 'none');
    select create_distributed_table('payment_owner', 'payment_id', colocate_with => 'none');
    select create_distributed_table('halted', 'concert_id', colocate_with => 'none');
\endif

commit;
