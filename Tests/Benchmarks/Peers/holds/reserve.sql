-- Reserves one seat with the statements of ReserveSeats. n increases per client, so that each seat is requested once.
\set n :n + 1
\set k :n * :clients + :client_id
\set seat (:k * 104729) % :seats
\set row :seat / 100 + 1
\set number :seat % 100 + 1
begin;
insert into buyer (concert_id, user_id, reservations)
    select concert_id, md5(:k::text)::uuid, lpad(to_hex(:k::bigint), 32, '0') from sale
    on conflict (concert_id, user_id) do update set reservations = buyer.reservations || excluded.reservations
    returning reservations;
select label, grade, price, state, reservation_id, until, reason from seat
    where concert_id = (select concert_id from sale) and schedule_id = (select schedule_id from sale)
        and label = 'H-' || :row::text || '-' || :number::text;
insert into reservation (
        concert_id, reservation_id, schedule_id, user_id, seats, best_of, amount, currency, room_id, place_id,
        reserved_at, deadline, state)
    select concert_id, ('01900000-0000-7000-8000-' || lpad(to_hex(:k::bigint), 12, '0'))::uuid, schedule_id,
        md5(:k::text)::uuid, 'H-' || :row::text || '-' || :number::text, null, 5000, 'EUR', concert_id, concert_id,
        1795176000000, 1795262400000, 1 from sale
    on conflict (concert_id, reservation_id) do nothing;
update seat set state = 1, until = 1795262400000, reason = null,
        reservation_id = ('01900000-0000-7000-8000-' || lpad(to_hex(:k::bigint), 12, '0'))::uuid
    where concert_id = (select concert_id from sale) and schedule_id = (select schedule_id from sale)
        and label = 'H-' || :row::text || '-' || :number::text
        and state = 0 and reservation_id is not distinct from null;
commit;
