-- The schema of `Benchmarks database` with smaller keys, which pgbench can generate. They favour pgbench.
create sequence reservation_id cache 1000;
create table seat (
    concert_id bigint not null, label bigint not null, holder bigint, until bigint not null,
    constraint seat_key primary key (concert_id, label)) with (fillfactor = 70);
create table reservation (
    concert_id bigint not null, id bigint not null, buyer bigint not null, label bigint not null,
    until bigint not null, state bigint not null, constraint reservation_key primary key (concert_id, id));
insert into seat (concert_id, label, holder, until) select 7, label, null, 0 from generate_series(1, 50000) label;
