\set label random(1, 50000)
\set buyer random(1, 1000000000)
with claimed as (
    update seat set holder = :buyer, until = 1 where concert_id = 7 and label = :label and until <= 1 returning label)
insert into reservation (concert_id, id, buyer, label, until, state)
select 7, nextval('reservation_id'), :buyer, label, 1, 0 from claimed;
