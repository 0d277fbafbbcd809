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
-- Name: account; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.account (
    user_id uuid NOT NULL,
    currency text NOT NULL,
    available bigint NOT NULL,
    pending bigint NOT NULL,
    entries bigint NOT NULL,
    CONSTRAINT account_available_is_countable CHECK (((available >= 0) AND (available <= '4000000000000000000'::bigint))),
    CONSTRAINT account_pending_is_countable CHECK (((pending >= 0) AND (pending <= '4000000000000000000'::bigint)))
)
WITH (fillfactor='75');


--
-- Name: entry; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.entry (
    user_id uuid NOT NULL,
    currency text NOT NULL,
    serial bigint NOT NULL,
    kind bigint NOT NULL,
    amount bigint NOT NULL,
    available bigint NOT NULL,
    pending bigint NOT NULL,
    cause uuid NOT NULL,
    made_at bigint NOT NULL,
    CONSTRAINT entry_kind_is_known CHECK (((kind >= 1) AND (kind <= 5))),
    CONSTRAINT entry_moves_something CHECK ((amount > 0))
);


--
-- Name: halted; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.halted (
    concert_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    user_id uuid NOT NULL,
    why text NOT NULL,
    halted_at bigint NOT NULL,
    lifted_at bigint
);


--
-- Name: login; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.login (
    name text NOT NULL,
    user_id uuid NOT NULL,
    request_id uuid NOT NULL,
    password text NOT NULL,
    signed_up_at bigint NOT NULL
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
-- Name: pass_due; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.pass_due (
    user_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    room_id uuid NOT NULL,
    place_id uuid NOT NULL,
    attempt bigint NOT NULL,
    next_attempt bigint NOT NULL
);


--
-- Name: payment; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.payment (
    user_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    concert_id uuid,
    reservation_id uuid,
    amount bigint,
    currency text,
    begun_at bigint NOT NULL,
    state bigint NOT NULL,
    reason bigint,
    wants_abort bigint NOT NULL,
    attempt bigint NOT NULL,
    next_attempt bigint,
    decided_at bigint,
    refund_id uuid,
    refunded_at bigint,
    CONSTRAINT payment_reason_is_told CHECK (((state = ANY (ARRAY[(3)::bigint, (4)::bigint])) = (reason IS NOT NULL))),
    CONSTRAINT payment_refund_is_named CHECK (((state = 5) = (refund_id IS NOT NULL))),
    CONSTRAINT payment_state_is_known CHECK (((state >= 1) AND (state <= 5))),
    CONSTRAINT payment_undecided_is_asked_for CHECK (((state = 1) = (next_attempt IS NOT NULL)))
)
WITH (fillfactor='75');


--
-- Name: payment_owner; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.payment_owner (
    payment_id uuid NOT NULL,
    user_id uuid NOT NULL
);


--
-- Name: top_up; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.top_up (
    user_id uuid NOT NULL,
    request_id uuid NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL
);


--
-- Data for Name: account; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.account (user_id, currency, available, pending, entries) FROM stdin;
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	JPY	100	0	1
01a228ae-3b03-705e-a981-dfff47633156	BHD	5	0	1
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	94000	2000	22
\.


--
-- Data for Name: entry; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.entry (user_id, currency, serial, kind, amount, available, pending, cause, made_at) FROM stdin;
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	1	1	100000	100000	0	b6a9843a-3c74-7177-b489-3ad70169f0c1	1795978837388
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	JPY	1	1	100	100	0	6b9ea031-26d8-7d58-877b-3c5e0ac76703	1795978837389
01a228ae-3b03-705e-a981-dfff47633156	BHD	1	1	5	5	0	11e08ebf-1c05-7d2b-889c-85a0db44ec09	1795978837391
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	2	2	2000	98000	2000	aaf2394e-0a37-7d27-ab98-1cd8ff71d2b4	1795978838452
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	3	3	2000	98000	0	aaf2394e-0a37-7d27-ab98-1cd8ff71d2b4	1795978838467
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	4	2	1000	97000	1000	afcd205a-fef4-7d5f-8018-69ab8c477236	1795978838481
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	5	3	1000	97000	0	afcd205a-fef4-7d5f-8018-69ab8c477236	1795978838500
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	6	2	1000	96000	1000	9ee56da1-26fd-715e-9966-030993523e7a	1795978838502
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	7	3	1000	96000	0	9ee56da1-26fd-715e-9966-030993523e7a	1795978838538
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	8	2	1000	95000	1000	b03cd80c-4ca0-755f-a33b-8bc9b960390d	1795978838559
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	9	4	1000	96000	0	b03cd80c-4ca0-755f-a33b-8bc9b960390d	1795978838563
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	10	2	1000	95000	1000	f4ff7a32-f8d2-7c58-b26a-432038a21a66	1795978838564
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	11	4	1000	96000	0	f4ff7a32-f8d2-7c58-b26a-432038a21a66	1795978838574
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	12	2	999	95001	999	4133ca97-feb1-7948-8be5-03843d106785	1795978838576
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	13	4	999	96000	0	4133ca97-feb1-7948-8be5-03843d106785	1795978838579
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	14	2	2000	94000	2000	e02635c7-5514-7025-9cd3-73a299a96dab	1795978838580
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	15	4	2000	96000	0	e02635c7-5514-7025-9cd3-73a299a96dab	1795978838586
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	16	2	1000	95000	1000	8a9d8339-04d0-76fb-bc10-d1274b1418b1	1795978838630
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	17	4	1000	96000	0	8a9d8339-04d0-76fb-bc10-d1274b1418b1	1795978838641
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	18	5	1000	97000	0	afcd205a-fef4-7d5f-8018-69ab8c477236	1795978838812
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	19	2	1000	96000	1000	ef68a00e-963c-7be2-b686-45d4f5b8541a	1795978842286
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	20	3	1000	96000	0	ef68a00e-963c-7be2-b686-45d4f5b8541a	1795978842288
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	21	2	1000	95000	1000	5604e54d-478b-75a3-8259-b6596c63aaa2	1795978843837
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	EUR	22	2	1000	94000	2000	4f8e90f4-dced-7446-a740-f43a76226dfe	1795978845444
\.


--
-- Data for Name: halted; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.halted (concert_id, payment_id, user_id, why, halted_at, lifted_at) FROM stdin;
93993716-6888-7e71-82b2-ed84f1cf0004	4209f4a1-69d4-7303-bedd-59248316eefe	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	a refund is due, and there is no such payment	1795978839753	\N
5f7f735b-8172-79db-8140-0117fe1fd5c5	6748e948-b2f7-7727-83b4-8ac07a9a7fb6	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	a refund is due, and there is no such payment	1795978840691	1795978840726
\.


--
-- Data for Name: login; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.login (name, user_id, request_id, password, signed_up_at) FROM stdin;
dora	01a228ae-3b03-705e-a981-dfff47633156	d82cace2-082f-70ca-8871-c753d883d28e	$argon2id$v=19$m=65536,t=2,p=1$08abAytYcA+3aDmyvEYb1Q$IsOBoe/rF557FFVEOforvXxC0ZWT0ZnMMaxwXwd2wlI	1795978836968
\.


--
-- Data for Name: migration; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.migration (number, name, applied_at) FROM stdin;
1	create users, accounts and payments	1795978834545
\.


--
-- Data for Name: pass_due; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.pass_due (user_id, payment_id, room_id, place_id, attempt, next_attempt) FROM stdin;
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	ef68a00e-963c-7be2-b686-45d4f5b8541a	2348f998-7442-7257-9d85-959674f9607a	7de27149-d147-706b-9aef-cc13c71fd514	7	1795978849139
\.


--
-- Data for Name: payment; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.payment (user_id, payment_id, concert_id, reservation_id, amount, currency, begun_at, state, reason, wants_abort, attempt, next_attempt, decided_at, refund_id, refunded_at) FROM stdin;
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	aaf2394e-0a37-7d27-ab98-1cd8ff71d2b4	9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	a6fffccf-2d95-720b-b79b-e56876f17407	2000	EUR	1795978838452	2	\N	0	0	\N	1795978838467	\N	\N
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	9ee56da1-26fd-715e-9966-030993523e7a	9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	e5d605d5-d73e-7a05-ab06-0c58fbf05735	1000	EUR	1795978838502	2	\N	0	0	\N	1795978838538	\N	\N
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	b03cd80c-4ca0-755f-a33b-8bc9b960390d	9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	fa64ea1e-82e1-706f-828a-b2a02917c7e9	1000	EUR	1795978838559	3	4	0	0	\N	1795978838563	\N	\N
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	f4ff7a32-f8d2-7c58-b26a-432038a21a66	9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	d29eae13-72c3-7624-bdaf-62745d10c351	1000	EUR	1795978838564	3	5	0	0	\N	1795978838574	\N	\N
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	4133ca97-feb1-7948-8be5-03843d106785	9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	c20dea4d-876b-7b8f-b0a1-814b43017030	999	EUR	1795978838576	3	7	0	0	\N	1795978838579	\N	\N
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	e02635c7-5514-7025-9cd3-73a299a96dab	9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	a6fffccf-2d95-720b-b79b-e56876f17407	2000	EUR	1795978838580	3	6	0	0	\N	1795978838586	\N	\N
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	455d41ea-7669-70d5-bf70-39d94b7088f4	9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	c20dea4d-876b-7b8f-b0a1-814b43017030	1000000000	EUR	1795978838590	4	2	0	0	\N	1795978838590	\N	\N
45811689-c412-7740-b623-f42fecba8e3e	f83f01c6-6515-798c-8711-e34f9d94b8a6	9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	c20dea4d-876b-7b8f-b0a1-814b43017030	1000	EUR	1795978838594	4	1	0	0	\N	1795978838594	\N	\N
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	b8610f39-b943-7d35-9887-30757df272af	\N	\N	\N	\N	1795978838621	4	3	0	0	\N	1795978838621	\N	\N
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	8a9d8339-04d0-76fb-bc10-d1274b1418b1	9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	c20dea4d-876b-7b8f-b0a1-814b43017030	1000	EUR	1795978838630	3	3	0	0	\N	1795978838641	\N	\N
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	afcd205a-fef4-7d5f-8018-69ab8c477236	9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	68752bf6-2253-7655-b49b-d5e8d989fc11	1000	EUR	1795978838481	5	\N	0	0	\N	1795978838500	4e76a3f7-f43d-7fbf-8f4f-9fa4a2a04dab	1795978838812
45811689-c412-7740-b623-f42fecba8e3e	4209f4a1-69d4-7303-bedd-59248316eefe	93993716-6888-7e71-82b2-ed84f1cf0004	84a6dd50-2f55-7302-b55e-43918a8c0c13	100	EUR	1795978838937	4	1	0	0	\N	1795978838937	\N	\N
45811689-c412-7740-b623-f42fecba8e3e	6748e948-b2f7-7727-83b4-8ac07a9a7fb6	5f7f735b-8172-79db-8140-0117fe1fd5c5	2f8a78c1-c736-7f2b-bc36-bc3faac3a991	100	EUR	1795978839846	4	1	0	0	\N	1795978839846	\N	\N
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	ef68a00e-963c-7be2-b686-45d4f5b8541a	9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	ea4a3c27-bd33-7932-b696-4429264407f4	1000	EUR	1795978842286	2	\N	0	0	\N	1795978842288	\N	\N
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	4f8e90f4-dced-7446-a740-f43a76226dfe	9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	408fd230-0df0-7ac0-b9a9-c32777792de7	1000	EUR	1795978845444	1	\N	1	0	1795978849048	\N	\N	\N
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	5604e54d-478b-75a3-8259-b6596c63aaa2	9e78b43e-a00e-7cac-8299-e0cc8df7f6f9	06be3f2d-231b-74d7-ba08-93df393c1e26	1000	EUR	1795978843837	1	\N	0	6	1795978849352	\N	\N	\N
\.


--
-- Data for Name: payment_owner; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.payment_owner (payment_id, user_id) FROM stdin;
aaf2394e-0a37-7d27-ab98-1cd8ff71d2b4	2bd806c9-7f0e-70af-9a1f-c3328fa763a9
afcd205a-fef4-7d5f-8018-69ab8c477236	2bd806c9-7f0e-70af-9a1f-c3328fa763a9
9ee56da1-26fd-715e-9966-030993523e7a	2bd806c9-7f0e-70af-9a1f-c3328fa763a9
b03cd80c-4ca0-755f-a33b-8bc9b960390d	2bd806c9-7f0e-70af-9a1f-c3328fa763a9
f4ff7a32-f8d2-7c58-b26a-432038a21a66	2bd806c9-7f0e-70af-9a1f-c3328fa763a9
4133ca97-feb1-7948-8be5-03843d106785	2bd806c9-7f0e-70af-9a1f-c3328fa763a9
e02635c7-5514-7025-9cd3-73a299a96dab	2bd806c9-7f0e-70af-9a1f-c3328fa763a9
455d41ea-7669-70d5-bf70-39d94b7088f4	2bd806c9-7f0e-70af-9a1f-c3328fa763a9
f83f01c6-6515-798c-8711-e34f9d94b8a6	45811689-c412-7740-b623-f42fecba8e3e
b8610f39-b943-7d35-9887-30757df272af	2bd806c9-7f0e-70af-9a1f-c3328fa763a9
8a9d8339-04d0-76fb-bc10-d1274b1418b1	2bd806c9-7f0e-70af-9a1f-c3328fa763a9
4209f4a1-69d4-7303-bedd-59248316eefe	45811689-c412-7740-b623-f42fecba8e3e
6748e948-b2f7-7727-83b4-8ac07a9a7fb6	45811689-c412-7740-b623-f42fecba8e3e
ef68a00e-963c-7be2-b686-45d4f5b8541a	2bd806c9-7f0e-70af-9a1f-c3328fa763a9
5604e54d-478b-75a3-8259-b6596c63aaa2	2bd806c9-7f0e-70af-9a1f-c3328fa763a9
4f8e90f4-dced-7446-a740-f43a76226dfe	2bd806c9-7f0e-70af-9a1f-c3328fa763a9
\.


--
-- Data for Name: top_up; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.top_up (user_id, request_id, amount, currency) FROM stdin;
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	b6a9843a-3c74-7177-b489-3ad70169f0c1	100000	EUR
2bd806c9-7f0e-70af-9a1f-c3328fa763a9	6b9ea031-26d8-7d58-877b-3c5e0ac76703	100	JPY
01a228ae-3b03-705e-a981-dfff47633156	11e08ebf-1c05-7d2b-889c-85a0db44ec09	5	BHD
\.


--
-- Name: account account_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_key PRIMARY KEY (user_id, currency);


--
-- Name: entry entry_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.entry
    ADD CONSTRAINT entry_key PRIMARY KEY (user_id, currency, serial);


--
-- Name: halted halted_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.halted
    ADD CONSTRAINT halted_key PRIMARY KEY (concert_id, payment_id);


--
-- Name: login login_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.login
    ADD CONSTRAINT login_key PRIMARY KEY (name);


--
-- Name: migration migration_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.migration
    ADD CONSTRAINT migration_key PRIMARY KEY (number);


--
-- Name: pass_due pass_due_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.pass_due
    ADD CONSTRAINT pass_due_key PRIMARY KEY (user_id, payment_id);


--
-- Name: payment payment_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_key PRIMARY KEY (user_id, payment_id);


--
-- Name: payment_owner payment_owner_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payment_owner
    ADD CONSTRAINT payment_owner_key PRIMARY KEY (payment_id);


--
-- Name: top_up top_up_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.top_up
    ADD CONSTRAINT top_up_key PRIMARY KEY (user_id, request_id);


--
-- Name: pass_due_next; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX pass_due_next ON public.pass_due USING btree (next_attempt);


--
-- Name: payment_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX payment_due ON public.payment USING btree (next_attempt) WHERE (state = 1);


--
-- PostgreSQL database dump complete
--


