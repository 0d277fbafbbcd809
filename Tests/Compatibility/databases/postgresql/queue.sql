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
-- Name: migration; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.migration (
    number bigint NOT NULL,
    name text NOT NULL,
    applied_at bigint NOT NULL
);


--
-- Name: place; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.place (
    room_id uuid NOT NULL,
    place_id uuid NOT NULL,
    user_id uuid NOT NULL,
    serial bigint NOT NULL,
    state bigint NOT NULL,
    revision bigint NOT NULL,
    joined_at bigint NOT NULL,
    admitted_at bigint,
    claimed_at bigint,
    renewed_at bigint,
    lapses_at bigint,
    ends_at bigint,
    ended_at bigint,
    reason text NOT NULL
);


--
-- Name: room; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.room (
    room_id uuid NOT NULL,
    name text NOT NULL,
    decided bigint NOT NULL,
    joins_at bigint,
    opens_at bigint,
    active_limit bigint,
    rate bigint,
    ready_ms bigint NOT NULL,
    idle_ms bigint NOT NULL,
    hard_ms bigint NOT NULL,
    last_serial bigint NOT NULL,
    admitted bigint NOT NULL,
    occupied bigint NOT NULL,
    no_shows bigint NOT NULL,
    tokens bigint NOT NULL,
    filled_at bigint NOT NULL,
    pace_from bigint NOT NULL,
    pace_count bigint NOT NULL,
    pace_before bigint NOT NULL,
    settled_at bigint NOT NULL,
    revision bigint NOT NULL,
    made_as bigint DEFAULT 0 NOT NULL,
    CONSTRAINT room_line_is_in_order CHECK ((admitted <= last_serial)),
    CONSTRAINT room_slots_are_counted CHECK ((occupied >= 0))
);


--
-- Name: room_name; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.room_name (
    name text NOT NULL,
    room_id uuid NOT NULL
);


--
-- Data for Name: migration; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.migration (number, name, applied_at) FROM stdin;
1	create rooms and places	1795978833565
2	remember what a room was made as	1795978833693
3	keep places in the order of their serials	1795978833717
\.


--
-- Data for Name: place; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.place (room_id, place_id, user_id, serial, state, revision, joined_at, admitted_at, claimed_at, renewed_at, lapses_at, ends_at, ended_at, reason) FROM stdin;
38a9c1e7-2158-7da2-84b9-0ceea4ed7eb8	aaa10f41-cde1-71e2-a8c7-27b6f3e4b203	80cfa3e7-f28d-7e4d-b644-36b652230aff	6	0	8	1795978834935	\N	\N	\N	\N	\N	\N	
38a9c1e7-2158-7da2-84b9-0ceea4ed7eb8	45a9f552-d82e-7665-b4e7-9d832195c299	05343e98-4530-7eb7-b0fa-9d18ac7b28d5	1	3	10	1795978834927	1795978834927	1795978834938	1795978834938	\N	1796065234938	1795978834939	
38a9c1e7-2158-7da2-84b9-0ceea4ed7eb8	5cfaf3b4-5a81-7d0a-80e1-63502165e465	360f8403-5942-743c-aa36-537ae2f86734	2	4	13	1795978834930	1795978834965	\N	\N	\N	\N	1795978835203	
38a9c1e7-2158-7da2-84b9-0ceea4ed7eb8	0bf89f1b-a1f3-7077-8ebf-70573fe3125f	4bb47f18-6df2-73e4-8b09-d241ee4defb8	3	6	17	1795978834931	1795978835234	1795978835262	1795978835262	\N	1796065235262	1795978835263	resold
22c72aa8-2ce7-7c82-a2ca-65a711c79eaa	797b342f-adf5-7b91-b17d-f2a47c160545	96b14e09-c5b2-7896-9007-5ea5622d9ada	1	5	4	1795978835401	1795978835401	\N	\N	\N	\N	1795978836437	not claimed in time
65c10ef3-8a2f-7a14-982c-bbdc731bd15e	ecc7f864-b293-7107-b9c6-b22f7aa9e661	2bd806c9-7f0e-70af-9a1f-c3328fa763a9	1	1	2	1795978834908	1795978834908	\N	\N	5680281600000	\N	\N	
38a9c1e7-2158-7da2-84b9-0ceea4ed7eb8	0b6b85ef-c557-791a-92f9-c427b5a236a8	52563f89-8870-76ce-b817-b3ffbd430df2	5	1	21	1795978834934	1795978835347	\N	\N	5680281600000	\N	\N	
38a9c1e7-2158-7da2-84b9-0ceea4ed7eb8	1fa54f3e-99a6-78cd-af0f-d1206ffd080c	96879611-650f-70a8-9392-a52e0db9b023	4	2	20	1795978834933	1795978835282	1795978835344	1795978835344	5680281600000	5680281600000	\N	
\.


--
-- Data for Name: room; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.room (room_id, name, decided, joins_at, opens_at, active_limit, rate, ready_ms, idle_ms, hard_ms, last_serial, admitted, occupied, no_shows, tokens, filled_at, pace_from, pace_count, pace_before, settled_at, revision, made_as) FROM stdin;
6aef76c6-cb35-7f6f-baf9-c6e9881c902b	scheduled	0	\N	\N	1	5	3600000	3600000	86400000	0	0	0	0	1250000	1795978834727	1795978834727	0	-1	1795978834727	0	-4966058555065008338
c9963d41-b824-79eb-99f5-1914123694a8	pre-queue	0	1000000000000	4102444800000	2	5	3600000	3600000	86400000	0	0	0	0	1250000	1795978834795	1795978834795	0	-1	1795978834795	0	4775132786972566117
22c72aa8-2ce7-7c82-a2ca-65a711c79eaa	quick	2	\N	1000000000000	1	\N	1000	1000	2000	1	1	0	1	0	1795978836437	1795978835400	1	-1	1795978836437	4	8368529026084645430
2348f998-7442-7257-9d85-959674f9607a	open	2	\N	\N	3	5	3600000	3600000	86400000	0	0	0	0	1250000	1795978834858	1795978834858	0	-1	1795978834858	0	3637816119411915365
a7a9dc5b-cf71-7db2-adc2-02814060a5ab	paused	3	\N	\N	4	5	3600000	3600000	86400000	0	0	0	0	1250000	1795978834895	1795978834895	0	-1	1795978834895	0	-2399483371254034390
c3eefb58-d7c4-7440-a9d4-abec51d62954	closed	5	\N	\N	6	5	3600000	3600000	86400000	0	0	0	0	1250000	1795978834920	1795978834920	0	-1	1795978834920	0	-3535388253113569186
65c10ef3-8a2f-7a14-982c-bbdc731bd15e	draining	4	\N	\N	5	5	3600000	3600000	86400000	1	1	1	0	1250000	1795978840049	1795978834904	1	-1	1795978840049	3	-1152662208198068011
38a9c1e7-2158-7da2-84b9-0ceea4ed7eb8	line	2	\N	\N	2	\N	3600000	3600000	86400000	6	5	2	0	0	1795978840445	1795978834923	5	-1	1795978840445	22	1309506625123810186
\.


--
-- Data for Name: room_name; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.room_name (name, room_id) FROM stdin;
scheduled	6aef76c6-cb35-7f6f-baf9-c6e9881c902b
pre-queue	c9963d41-b824-79eb-99f5-1914123694a8
open	2348f998-7442-7257-9d85-959674f9607a
paused	a7a9dc5b-cf71-7db2-adc2-02814060a5ab
draining	65c10ef3-8a2f-7a14-982c-bbdc731bd15e
closed	c3eefb58-d7c4-7440-a9d4-abec51d62954
line	38a9c1e7-2158-7da2-84b9-0ceea4ed7eb8
quick	22c72aa8-2ce7-7c82-a2ca-65a711c79eaa
\.


--
-- Name: migration migration_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.migration
    ADD CONSTRAINT migration_key PRIMARY KEY (number);


--
-- Name: place place_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.place
    ADD CONSTRAINT place_key PRIMARY KEY (room_id, serial);


--
-- Name: room room_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.room
    ADD CONSTRAINT room_key PRIMARY KEY (room_id);


--
-- Name: room_name room_name_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.room_name
    ADD CONSTRAINT room_name_key PRIMARY KEY (name);


--
-- Name: place_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX place_due ON public.place USING btree (room_id, lapses_at) WHERE (lapses_at IS NOT NULL);


--
-- Name: place_id_is_taken_once; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX place_id_is_taken_once ON public.place USING btree (room_id, place_id);


--
-- Name: place_news; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX place_news ON public.place USING btree (room_id, revision) WHERE (state > 0);


--
-- Name: place_one_live_per_user; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX place_one_live_per_user ON public.place USING btree (room_id, user_id) WHERE (state < 3);


--
-- PostgreSQL database dump complete
--


