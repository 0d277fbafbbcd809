--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: buyer; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.buyer (
    concert_id uuid NOT NULL,
    user_id uuid NOT NULL,
    reservations text NOT NULL
)
WITH (fillfactor='75');


--
-- Name: concert; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.concert (
    concert_id uuid NOT NULL,
    name text NOT NULL,
    title text NOT NULL,
    host text NOT NULL,
    currency text NOT NULL,
    browse_room uuid,
    created_at bigint NOT NULL
);


--
-- Name: concert_name; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.concert_name (
    name text NOT NULL,
    concert_id uuid NOT NULL
);


--
-- Name: decision; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.decision (
    concert_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    reservation_id uuid NOT NULL,
    outcome bigint NOT NULL,
    decided_at bigint NOT NULL,
    CONSTRAINT decision_outcome_is_known CHECK (((outcome >= 0) AND (outcome <= 5)))
);


--
-- Name: migration; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.migration (
    number bigint NOT NULL,
    name text NOT NULL,
    applied_at bigint NOT NULL
);


--
-- Name: refund_due; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.refund_due (
    concert_id uuid NOT NULL,
    refund_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    reservation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    reason text NOT NULL,
    due_since bigint NOT NULL
);


--
-- Name: reservation; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.reservation (
    concert_id uuid NOT NULL,
    reservation_id uuid NOT NULL,
    schedule_id uuid NOT NULL,
    user_id uuid NOT NULL,
    seats text NOT NULL,
    best_of text,
    amount bigint NOT NULL,
    currency text NOT NULL,
    room_id uuid,
    place_id uuid,
    reserved_at bigint NOT NULL,
    deadline bigint NOT NULL,
    state bigint NOT NULL,
    payment_id uuid,
    sold_at bigint,
    refund_id uuid,
    ended_at bigint,
    return_reason text,
    CONSTRAINT reservation_return_has_a_refund CHECK (((state = 5) = (refund_id IS NOT NULL))),
    CONSTRAINT reservation_sale_has_a_payment CHECK (((state = ANY (ARRAY[(2)::bigint, (5)::bigint])) = (payment_id IS NOT NULL))),
    CONSTRAINT reservation_state_is_known CHECK (((state >= 1) AND (state <= 5)))
)
WITH (fillfactor='75');


--
-- Name: schedule; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.schedule (
    concert_id uuid NOT NULL,
    schedule_id uuid NOT NULL,
    currency text NOT NULL,
    added_as bigint NOT NULL,
    version bigint NOT NULL,
    changed_by uuid NOT NULL,
    layout_version bigint NOT NULL,
    name text NOT NULL,
    starts_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    sale_opens_at bigint NOT NULL,
    sale_closes_at bigint NOT NULL,
    cancel_until bigint,
    seats_per_user bigint NOT NULL,
    hold_ms bigint NOT NULL,
    room_id uuid
);


--
-- Name: schedule_name; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.schedule_name (
    concert_id uuid NOT NULL,
    name text NOT NULL,
    schedule_id uuid NOT NULL
);


--
-- Name: seat; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.seat (
    concert_id uuid NOT NULL,
    schedule_id uuid NOT NULL,
    label text NOT NULL,
    grade text NOT NULL,
    price bigint NOT NULL,
    state bigint NOT NULL,
    reservation_id uuid,
    until bigint,
    reason text,
    CONSTRAINT seat_claim_has_a_reservation CHECK (((state = ANY (ARRAY[(1)::bigint, (2)::bigint])) = (reservation_id IS NOT NULL))),
    CONSTRAINT seat_hold_has_an_end CHECK (((state = 1) = (until IS NOT NULL))),
    CONSTRAINT seat_state_is_known CHECK (((state >= 0) AND (state <= 3)))
)
WITH (fillfactor='75');


--
-- Name: seat_change; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.seat_change (
    concert_id uuid NOT NULL,
    request_id uuid NOT NULL,
    schedule_id uuid NOT NULL,
    fingerprint bigint NOT NULL,
    done bigint NOT NULL,
    added bigint NOT NULL,
    changed bigint NOT NULL,
    kept bigint NOT NULL
);


--
-- Name: ticket; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ticket (
    concert_id uuid NOT NULL,
    ticket_id uuid NOT NULL,
    schedule_id uuid NOT NULL,
    reservation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    seat text NOT NULL,
    grade text NOT NULL,
    price bigint NOT NULL,
    currency text NOT NULL,
    starts_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    issued_at bigint NOT NULL,
    state bigint NOT NULL,
    used_at bigint,
    used_by uuid,
    cancelled_at bigint,
    CONSTRAINT ticket_state_is_known CHECK (((state >= 1) AND (state <= 3)))
);


--
-- Data for Name: buyer; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.buyer (concert_id, user_id, reservations) FROM stdin;
93993716-6888-7e71-82b2-ed84f1cf0004	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	84a6dd502f557302b55e43918a8c0c13
5f7f735b-8172-79db-8140-0117fe1fd5c5	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	2f8a78c1c7367f2bbc36bc3faac3a991
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	a6fffccf2d95720bb79be56876f1740768752bf622537655b49bd5e8d989fc11d29eae1372c37624bdaf62745d10c351c20dea4d876b7b8fb0a1814b4301703006be3f2d231b74d7ba0893df393c1e26408fd2300df07ac0b9a9c32777792de7e5d605d5d73e7a05ab060c58fbf057358f4375ec65c27409aa1cc21e76712472fa64ea1e82e1706f828ab2a02917c7e9ea4a3c27bd337932b6964429264407f4
\.


--
-- Data for Name: concert; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.concert (concert_id, name, title, host, currency, browse_room, created_at) FROM stdin;
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	moon	Moon Tour	City Hall	EUR	\N	1795978836462
c612888d-d6ce-71d6-bace-01ecfaa5b26f	browsed	Browsed	Hall	JPY	38a9c1e7-2158-7da2-84b9-0ceea4ed7eb8	1795978836481
93993716-6888-7e71-82b2-ed84f1cf0004	halted	halted	Hall	EUR	\N	1795978838878
5f7f735b-8172-79db-8140-0117fe1fd5c5	lifted	lifted	Hall	EUR	\N	1795978839804
\.


--
-- Data for Name: concert_name; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.concert_name (name, concert_id) FROM stdin;
moon	9e78b43e-a00e-7cac-8299-e0cc8df7f6f9
browsed	c612888d-d6ce-71d6-bace-01ecfaa5b26f
halted	93993716-6888-7e71-82b2-ed84f1cf0004
lifted	5f7f735b-8172-79db-8140-0117fe1fd5c5
\.


--
-- Data for Name: decision; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.decision (concert_id, payment_id, reservation_id, outcome, decided_at) FROM stdin;
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	aaf2394e-0a37-7d27-ab98-1cd8ff71d2b4	a6fffccf-2d95-720b-b79b-e56876f17407	0	1795978838459
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	afcd205a-fef4-7d5f-8018-69ab8c477236	68752bf6-2253-7655-b49b-d5e8d989fc11	0	1795978838497
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	9ee56da1-26fd-715e-9966-030993523e7a	e5d605d5-d73e-7a05-ab06-0c58fbf05735	0	1795978838510
93993716-6888-7e71-82b2-ed84f1cf0004	4209f4a1-69d4-7303-bedd-59248316eefe	84a6dd50-2f55-7302-b55e-43918a8c0c13	0	1795978838951
5f7f735b-8172-79db-8140-0117fe1fd5c5	6748e948-b2f7-7727-83b4-8ac07a9a7fb6	2f8a78c1-c736-7f2b-bc36-bc3faac3a991	0	1795978839870
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	ef68a00e-963c-7be2-b686-45d4f5b8541a	ea4a3c27-bd33-7932-b696-4429264407f4	0	1795978842287
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	b03cd80c-4ca0-755f-a33b-8bc9b960390d	fa64ea1e-82e1-706f-828a-b2a02917c7e9	1	5680281600000
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f4ff7a32-f8d2-7c58-b26a-432038a21a66	d29eae13-72c3-7624-bdaf-62745d10c351	2	5680281600000
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	4133ca97-feb1-7948-8be5-03843d106785	c20dea4d-876b-7b8f-b0a1-814b43017030	4	5680281600000
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	e02635c7-5514-7025-9cd3-73a299a96dab	a6fffccf-2d95-720b-b79b-e56876f17407	3	5680281600000
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	8a9d8339-04d0-76fb-bc10-d1274b1418b1	c20dea4d-876b-7b8f-b0a1-814b43017030	5	5680281600000
\.


--
-- Data for Name: migration; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.migration (number, name, applied_at) FROM stdin;
1	create concerts, schedules and seats	1795978834097
2	create reservations, decisions, tickets and refunds	1795978834178
3	find the oldest aborts of all concerts	1795978834287
\.


--
-- Data for Name: refund_due; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.refund_due (concert_id, refund_id, payment_id, reservation_id, user_id, amount, currency, reason, due_since) FROM stdin;
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	ed5fe17e-0d65-7602-9594-b096d3d1523c	9ee56da1-26fd-715e-9966-030993523e7a	e5d605d5-d73e-7a05-ab06-0c58fbf05735	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	1000	EUR	rain	1795978850686
\.


--
-- Data for Name: reservation; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.reservation (concert_id, reservation_id, schedule_id, user_id, seats, best_of, amount, currency, room_id, place_id, reserved_at, deadline, state, payment_id, sold_at, refund_id, ended_at, return_reason) FROM stdin;
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	fa64ea1e-82e1-706f-828a-b2a02917c7e9	f9b0078b-5df5-76d2-aa19-010c001bbd00	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	Stalls-A-1	\N	1000	EUR	\N	\N	1795978837424	1795978838424	4	\N	\N	\N	1795978838424	
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	c20dea4d-876b-7b8f-b0a1-814b43017030	1a79668e-ac40-71a9-928b-81c116007d1b	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	Stalls-A-4	\N	1000	EUR	\N	\N	1795978837406	5680281600000	1	\N	\N	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	06be3f2d-231b-74d7-ba08-93df393c1e26	1a79668e-ac40-71a9-928b-81c116007d1b	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	Stalls-A-6	\N	1000	EUR	\N	\N	1795978837408	5680281600000	1	\N	\N	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	408fd230-0df0-7ac0-b9a9-c32777792de7	1a79668e-ac40-71a9-928b-81c116007d1b	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	Stalls-A-7	\N	1000	EUR	\N	\N	1795978837410	5680281600000	1	\N	\N	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	8f4375ec-65c2-7409-aa1c-c21e76712472	1a79668e-ac40-71a9-928b-81c116007d1b	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	2	F	0	EUR	\N	\N	1795978837421	5680281600000	1	\N	\N	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	d29eae13-72c3-7624-bdaf-62745d10c351	1a79668e-ac40-71a9-928b-81c116007d1b	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	Stalls-A-3	\N	1000	EUR	\N	\N	1795978837404	5680281600000	3	\N	\N	\N	1795978837427	
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	a6fffccf-2d95-720b-b79b-e56876f17407	1a79668e-ac40-71a9-928b-81c116007d1b	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	1,Stalls-A-1,Stalls-A-9	\N	2000	EUR	\N	\N	1795978837394	5680281600000	2	aaf2394e-0a37-7d27-ab98-1cd8ff71d2b4	1795978838459	\N	\N	
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	68752bf6-2253-7655-b49b-d5e8d989fc11	1a79668e-ac40-71a9-928b-81c116007d1b	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	Stalls-A-2	\N	1000	EUR	\N	\N	1795978837398	5680281600000	5	afcd205a-fef4-7d5f-8018-69ab8c477236	1795978838497	4e76a3f7-f43d-7fbf-8f4f-9fa4a2a04dab	1795978838644	ill
93993716-6888-7e71-82b2-ed84f1cf0004	84a6dd50-2f55-7302-b55e-43918a8c0c13	6c380bab-0994-7075-94e5-7f482d6d48a3	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	1	\N	100	EUR	\N	\N	1795978838930	5680281600000	5	4209f4a1-69d4-7303-bedd-59248316eefe	1795978838951	77324a9d-13bc-7b72-b317-69fe02c8ee99	1795978838953	
5f7f735b-8172-79db-8140-0117fe1fd5c5	2f8a78c1-c736-7f2b-bc36-bc3faac3a991	4ece8cca-8e08-7422-bc69-1227a93bb50d	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	1	\N	100	EUR	\N	\N	1795978839816	5680281600000	5	6748e948-b2f7-7727-83b4-8ac07a9a7fb6	1795978839870	81a20aa4-42d4-7fe7-9ecd-89bae4ce28bc	1795978839889	
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	ea4a3c27-bd33-7932-b696-4429264407f4	1ed0c1f4-2d90-7532-8671-d5676b93604a	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	Stalls-A-5	\N	1000	EUR	2348f998-7442-7257-9d85-959674f9607a	7de27149-d147-706b-9aef-cc13c71fd514	1795978842271	5680281600000	2	ef68a00e-963c-7be2-b686-45d4f5b8541a	1795978842287	\N	\N	
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	e5d605d5-d73e-7a05-ab06-0c58fbf05735	1a79668e-ac40-71a9-928b-81c116007d1b	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	Stalls-A-8	\N	1000	EUR	\N	\N	1795978837413	5680281600000	5	9ee56da1-26fd-715e-9966-030993523e7a	1795978838510	ed5fe17e-0d65-7602-9594-b096d3d1523c	1795978850686	rain
\.


--
-- Data for Name: schedule; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.schedule (concert_id, schedule_id, currency, added_as, version, changed_by, layout_version, name, starts_at, ends_at, sale_opens_at, sale_closes_at, cancel_until, seats_per_user, hold_ms, room_id) FROM stdin;
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	EUR	-5356812889153118125	1	1a79668e-ac40-71a9-928b-81c116007d1b	1	friday	4102444800000	4102444800001	1000000000000	4102444800000	4102444800000	50	86400000	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	EUR	1740154258676370953	1	f9b0078b-5df5-76d2-aa19-010c001bbd00	1	short	4102444799999	4102444800001	1000000000000	4102444800000	4102444800000	50	1000	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	EUR	594455279698258737	2	4a8a92c1-2a27-75e4-b0f7-916b62c74a0e	1	lined	4102444799997	4102444800001	1000000000000	4102444800000	4102444800000	50	86400000	2348f998-7442-7257-9d85-959674f9607a
93993716-6888-7e71-82b2-ed84f1cf0004	6c380bab-0994-7075-94e5-7f482d6d48a3	EUR	-3040755245635998251	1	6c380bab-0994-7075-94e5-7f482d6d48a3	1	friday	4102444800000	4102444800001	1000000000000	4102444800000	\N	4	86400000	\N
5f7f735b-8172-79db-8140-0117fe1fd5c5	4ece8cca-8e08-7422-bc69-1227a93bb50d	EUR	-3040755245635998251	1	4ece8cca-8e08-7422-bc69-1227a93bb50d	1	friday	4102444800000	4102444800001	1000000000000	4102444800000	\N	4	86400000	\N
\.


--
-- Data for Name: schedule_name; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.schedule_name (concert_id, name, schedule_id) FROM stdin;
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	friday	1a79668e-ac40-71a9-928b-81c116007d1b
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	short	f9b0078b-5df5-76d2-aa19-010c001bbd00
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	lined	1ed0c1f4-2d90-7532-8671-d5676b93604a
93993716-6888-7e71-82b2-ed84f1cf0004	friday	6c380bab-0994-7075-94e5-7f482d6d48a3
5f7f735b-8172-79db-8140-0117fe1fd5c5	friday	4ece8cca-8e08-7422-bc69-1227a93bb50d
\.


--
-- Data for Name: seat; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.seat (concert_id, schedule_id, label, grade, price, state, reservation_id, until, reason) FROM stdin;
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-10	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-11	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-12	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-13	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-14	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-15	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-16	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-17	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-18	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-19	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-20	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-5	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	1	F	0	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	2	F	0	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	3	F	0	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-10	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-11	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-12	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-13	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-14	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-15	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-16	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-17	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-18	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-19	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-2	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-20	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-3	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-4	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-5	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-6	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-7	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-8	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-9	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	1	F	0	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	2	F	0	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	3	F	0	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-1	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-10	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-11	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-12	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-13	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-14	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-15	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-16	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-17	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-18	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-19	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-2	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	3	F	0	3	\N	\N	the mixing desk
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-8	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-4	A	1000	1	c20dea4d-876b-7b8f-b0a1-814b43017030	5680281600000	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	f9b0078b-5df5-76d2-aa19-010c001bbd00	Stalls-A-1	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-2	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	1	F	0	2	a6fffccf-2d95-720b-b79b-e56876f17407	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-6	A	1000	1	06be3f2d-231b-74d7-ba08-93df393c1e26	5680281600000	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-7	A	1000	1	408fd230-0df0-7ac0-b9a9-c32777792de7	5680281600000	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-3	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-1	A	1000	2	a6fffccf-2d95-720b-b79b-e56876f17407	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	Stalls-A-9	A	1000	2	a6fffccf-2d95-720b-b79b-e56876f17407	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1a79668e-ac40-71a9-928b-81c116007d1b	2	F	0	1	8f4375ec-65c2-7409-aa1c-c21e76712472	5680281600000	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-20	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-3	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-4	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-6	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-7	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-8	A	1000	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-9	A	1000	0	\N	\N	\N
93993716-6888-7e71-82b2-ed84f1cf0004	6c380bab-0994-7075-94e5-7f482d6d48a3	2	A	100	0	\N	\N	\N
93993716-6888-7e71-82b2-ed84f1cf0004	6c380bab-0994-7075-94e5-7f482d6d48a3	1	A	100	0	\N	\N	\N
5f7f735b-8172-79db-8140-0117fe1fd5c5	4ece8cca-8e08-7422-bc69-1227a93bb50d	2	A	100	0	\N	\N	\N
5f7f735b-8172-79db-8140-0117fe1fd5c5	4ece8cca-8e08-7422-bc69-1227a93bb50d	1	A	100	0	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	1ed0c1f4-2d90-7532-8671-d5676b93604a	Stalls-A-5	A	1000	2	ea4a3c27-bd33-7932-b696-4429264407f4	\N	\N
\.


--
-- Data for Name: seat_change; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.seat_change (concert_id, request_id, schedule_id, fingerprint, done, added, changed, kept) FROM stdin;
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	b1fc9e0c-e94e-785d-86c3-67db2d6b0aec	1a79668e-ac40-71a9-928b-81c116007d1b	7963957715893434332	23	23	0	0
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	7cc26ed7-dc21-7465-b17d-2ab0ec86b44c	f9b0078b-5df5-76d2-aa19-010c001bbd00	7963957715893434332	23	23	0	0
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	ebfce96e-ac1e-7ba9-a894-248233f9977a	1ed0c1f4-2d90-7532-8671-d5676b93604a	7963957715893434332	23	23	0	0
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	496aca80-e4d8-729f-b8e8-cd816c3afb48	1a79668e-ac40-71a9-928b-81c116007d1b	256793205024449794	1	0	1	0
93993716-6888-7e71-82b2-ed84f1cf0004	47f5ca88-6e07-7f6a-8fa9-2ac7e2283777	6c380bab-0994-7075-94e5-7f482d6d48a3	5051179351668534806	2	2	0	0
5f7f735b-8172-79db-8140-0117fe1fd5c5	ee196e12-e211-7ec8-bd52-35582b72ec73	4ece8cca-8e08-7422-bc69-1227a93bb50d	5051179351668534806	2	2	0	0
\.


--
-- Data for Name: ticket; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.ticket (concert_id, ticket_id, schedule_id, reservation_id, user_id, seat, grade, price, currency, starts_at, ends_at, issued_at, state, used_at, used_by, cancelled_at) FROM stdin;
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	01a228ae-41bb-76c2-8b9b-0e64098e1439	1a79668e-ac40-71a9-928b-81c116007d1b	a6fffccf-2d95-720b-b79b-e56876f17407	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	Stalls-A-1	A	1000	EUR	4102444800000	4102444800001	1795978838459	1	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	01a228ae-41bb-7743-9d9c-846d12121578	1a79668e-ac40-71a9-928b-81c116007d1b	a6fffccf-2d95-720b-b79b-e56876f17407	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	Stalls-A-9	A	1000	EUR	4102444800000	4102444800001	1795978838459	1	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	01a228ae-41e1-73fb-9397-e0e33a120ea3	1a79668e-ac40-71a9-928b-81c116007d1b	68752bf6-2253-7655-b49b-d5e8d989fc11	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	Stalls-A-2	A	1000	EUR	4102444800000	4102444800001	1795978838497	3	\N	\N	1795978838644
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	01a228ae-41bb-7343-9e56-3e01e70c4686	1a79668e-ac40-71a9-928b-81c116007d1b	a6fffccf-2d95-720b-b79b-e56876f17407	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	1	F	0	EUR	4102444800000	4102444800001	1795978838459	2	1795978838874	a0823cfa-c0be-7cff-9e20-1fd1fce64605	\N
93993716-6888-7e71-82b2-ed84f1cf0004	01a228ae-43a7-7f0e-acd5-49822955d6dd	6c380bab-0994-7075-94e5-7f482d6d48a3	84a6dd50-2f55-7302-b55e-43918a8c0c13	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	1	A	100	EUR	4102444800000	4102444800001	1795978838951	3	\N	\N	1795978838953
5f7f735b-8172-79db-8140-0117fe1fd5c5	01a228ae-473e-75f2-b5a5-aa2df37b8ab4	4ece8cca-8e08-7422-bc69-1227a93bb50d	2f8a78c1-c736-7f2b-bc36-bc3faac3a991	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	1	A	100	EUR	4102444800000	4102444800001	1795978839870	3	\N	\N	1795978839889
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	01a228ae-50af-7647-bb45-2c3574ab6f3b	1ed0c1f4-2d90-7532-8671-d5676b93604a	ea4a3c27-bd33-7932-b696-4429264407f4	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	Stalls-A-5	A	1000	EUR	4102444799997	4102444800001	1795978842287	1	\N	\N	\N
9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	01a228ae-41ee-7340-9395-a5255b8de148	1a79668e-ac40-71a9-928b-81c116007d1b	e5d605d5-d73e-7a05-ab06-0c58fbf05735	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	Stalls-A-8	A	1000	EUR	4102444800000	4102444800001	1795978838510	3	\N	\N	1795978850686
\.


--
-- Name: buyer buyer_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.buyer
    ADD CONSTRAINT buyer_key PRIMARY KEY (concert_id, user_id);


--
-- Name: concert concert_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.concert
    ADD CONSTRAINT concert_key PRIMARY KEY (concert_id);


--
-- Name: concert_name concert_name_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.concert_name
    ADD CONSTRAINT concert_name_key PRIMARY KEY (name);


--
-- Name: decision decision_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT decision_key PRIMARY KEY (concert_id, payment_id);


--
-- Name: migration migration_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.migration
    ADD CONSTRAINT migration_key PRIMARY KEY (number);


--
-- Name: refund_due refund_due_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.refund_due
    ADD CONSTRAINT refund_due_key PRIMARY KEY (concert_id, refund_id);


--
-- Name: reservation reservation_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reservation
    ADD CONSTRAINT reservation_key PRIMARY KEY (concert_id, reservation_id);


--
-- Name: schedule schedule_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schedule
    ADD CONSTRAINT schedule_key PRIMARY KEY (concert_id, schedule_id);


--
-- Name: schedule_name schedule_name_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schedule_name
    ADD CONSTRAINT schedule_name_key PRIMARY KEY (concert_id, name);


--
-- Name: seat_change seat_change_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.seat_change
    ADD CONSTRAINT seat_change_key PRIMARY KEY (concert_id, request_id);


--
-- Name: seat seat_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.seat
    ADD CONSTRAINT seat_key PRIMARY KEY (concert_id, schedule_id, label);


--
-- Name: ticket ticket_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ticket
    ADD CONSTRAINT ticket_key PRIMARY KEY (concert_id, ticket_id);


--
-- Name: decision_of_aborts_by_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX decision_of_aborts_by_age ON public.decision USING btree (decided_at, concert_id, payment_id) WHERE (outcome <> 0);


--
-- Name: ticket_of_reservation; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ticket_of_reservation ON public.ticket USING btree (concert_id, reservation_id);


--
-- Name: ticket_one_per_seat; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX ticket_one_per_seat ON public.ticket USING btree (concert_id, schedule_id, seat) WHERE (state <> 3);


--
-- PostgreSQL database dump complete
--


