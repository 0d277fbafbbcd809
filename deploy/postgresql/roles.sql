-- Creates a database and a role for each service, and a read-only role for backups. Run it as a superuser. A second run sets the
-- passwords to those of the environment:
--
--     ONSALE_QUEUE_PASSWORD=… ONSALE_CONCERT_PASSWORD=… ONSALE_WALLET_PASSWORD=… ONSALE_BACKUP_PASSWORD=… \
--         psql --file deploy/postgresql/roles.sql 'postgres://postgres@db.example/postgres'
--
-- A service owns its database only, and cannot connect to another service's database.
\set ON_ERROR_STOP on
\getenv queue ONSALE_QUEUE_PASSWORD
\getenv concert ONSALE_CONCERT_PASSWORD
\getenv wallet ONSALE_WALLET_PASSWORD
\getenv backup ONSALE_BACKUP_PASSWORD

select :{?queue} and :{?concert} and :{?wallet} and :{?backup} as is_complete
\gset
\if :is_complete
\else
    do $$ begin raise 'a password is missing: set ONSALE_QUEUE_PASSWORD, ONSALE_CONCERT_PASSWORD, ONSALE_WALLET_PASSWORD and ONSALE_BACKUP_PASSWORD'; end $$;
\endif

-- Keeps the passwords out of the server's log.
set log_statement = 'none';
set log_min_error_statement = 'panic';
set client_min_messages = warning;

select format('create role %I login', name)
from unnest(array['onsale_queue', 'onsale_concert', 'onsale_wallet', 'onsale_backup']) as name
where not exists (select 1 from pg_roles where rolname = name)
\gexec

alter role onsale_queue password :'queue';
alter role onsale_concert password :'concert';
alter role onsale_wallet password :'wallet';
alter role onsale_backup password :'backup';

select format('create database %I owner %I', name, name)
from unnest(array['onsale_queue', 'onsale_concert', 'onsale_wallet']) as name
where not exists (select 1 from pg_database where datname = name)
\gexec

revoke connect on database onsale_queue, onsale_concert, onsale_wallet from public;
grant connect on database onsale_queue, onsale_concert, onsale_wallet to onsale_backup;
grant pg_read_all_data to onsale_backup;

-- Acknowledged commits are on the disk. The services refuse a server where this is off.
alter role onsale_queue set synchronous_commit = on;
alter role onsale_concert set synchronous_commit = on;
alter role onsale_wallet set synchronous_commit = on;
