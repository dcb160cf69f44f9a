CREATE TABLE insight.fact_call_leg (
	leg_id NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	installation NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
	local_date DATE NOT NULL,
	call_id NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	leg_seq BIGINT NOT NULL,
	call_step BIGINT NOT NULL,
	cdr_id BIGINT NOT NULL,
	leg_uuid NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	direction NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	owner_account_id BIGINT NOT NULL,
	owner_kind NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	caller_account_id BIGINT NOT NULL,
	called_account_id BIGINT NOT NULL,
	caller_number NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	caller_name NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	called_number NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	called_name NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	agent_id BIGINT NULL,
	queue_id BIGINT NULL,
	answered_by NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NULL,
	no_user_reason NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NULL,
	result NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	start_utc DATETIME2(0) NOT NULL,
	ring_utc DATETIME2(0) NULL,
	link_utc DATETIME2(0) NULL,
	end_utc DATETIME2(0) NOT NULL,
	ring_seconds BIGINT NOT NULL,
	talk_seconds BIGINT NOT NULL,
	total_seconds BIGINT NOT NULL,
	line_id BIGINT NULL,
	line_name NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	service_id BIGINT NULL,
	service_kind NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	is_private BIT NOT NULL,
	has_voicemail BIT NOT NULL,
	has_recording BIT NOT NULL,
	has_fax BIT NOT NULL,
	is_deleted BIT NOT NULL,
	is_summary BIT NOT NULL,
	is_time_ambiguous BIT NOT NULL,
	taken_by_agent_id BIGINT NULL,
	caller_kind NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	PRIMARY KEY (leg_id)
);
CREATE INDEX ix_fact_call_leg_call_id ON insight.fact_call_leg (call_id);
CREATE INDEX ix_fact_call_leg_partition ON insight.fact_call_leg (installation, local_date);
CREATE TABLE insight.fact_call (
	call_id NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	installation NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
	local_date DATE NOT NULL,
	direction NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	outcome NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	start_utc DATETIME2(0) NOT NULL,
	answer_utc DATETIME2(0) NULL,
	human_answer_utc DATETIME2(0) NULL,
	end_utc DATETIME2(0) NOT NULL,
	wait_seconds BIGINT NOT NULL,
	talk_seconds BIGINT NOT NULL,
	no_user_seconds BIGINT NOT NULL,
	total_seconds BIGINT NOT NULL,
	answering_agent_id BIGINT NULL,
	originating_agent_id BIGINT NULL,
	no_user_reason NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NULL,
	first_queue_id BIGINT NULL,
	last_queue_id BIGINT NULL,
	caller_number NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	caller_name NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	called_number NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	called_name NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	line_id BIGINT NULL,
	legs BIGINT NOT NULL,
	steps BIGINT NOT NULL,
	queue_visits BIGINT NOT NULL,
	ring_attempts BIGINT NOT NULL,
	transfers BIGINT NOT NULL,
	is_private BIT NOT NULL,
	is_time_ambiguous BIT NOT NULL,
	PRIMARY KEY (call_id)
);
CREATE INDEX ix_fact_call_answering_agent_id ON insight.fact_call (installation, answering_agent_id, local_date);
CREATE INDEX ix_fact_call_last_queue_id ON insight.fact_call (installation, last_queue_id, local_date);
CREATE INDEX ix_fact_call_partition ON insight.fact_call (installation, local_date);
CREATE TABLE insight.fact_queue_visit (
	visit_id NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	installation NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
	local_date DATE NOT NULL,
	call_id NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	visit_seq BIGINT NOT NULL,
	queue_id BIGINT NOT NULL,
	queue_kind NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	call_step BIGINT NOT NULL,
	enter_utc DATETIME2(0) NOT NULL,
	link_utc DATETIME2(0) NULL,
	leave_utc DATETIME2(0) NOT NULL,
	exit_reason NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	agent_id BIGINT NULL,
	no_user_reason NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NULL,
	wait_seconds BIGINT NOT NULL,
	threshold_seconds BIGINT NOT NULL,
	was_offered BIT NOT NULL,
	is_missed BIT NOT NULL,
	is_unanswered BIT NOT NULL,
	is_short_abandoned BIT NOT NULL,
	is_within_threshold BIT NOT NULL,
	is_open BIT NULL,
	PRIMARY KEY (visit_id)
);
CREATE INDEX ix_fact_queue_visit_call_id ON insight.fact_queue_visit (call_id);
CREATE INDEX ix_fact_queue_visit_partition ON insight.fact_queue_visit (installation, local_date);
CREATE INDEX ix_fact_queue_visit_queue_id ON insight.fact_queue_visit (installation, queue_id, local_date);
CREATE TABLE insight.fact_agent_contact (
	contact_id NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	installation NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
	local_date DATE NOT NULL,
	call_id NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	agent_id BIGINT NOT NULL,
	queue_id BIGINT NULL,
	direction NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	result NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	is_connected BIT NOT NULL,
	call_step BIGINT NOT NULL,
	start_utc DATETIME2(0) NOT NULL,
	link_utc DATETIME2(0) NULL,
	end_utc DATETIME2(0) NOT NULL,
	ring_seconds BIGINT NOT NULL,
	talk_seconds BIGINT NOT NULL,
	no_user_reason NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NULL,
	is_rona BIT NOT NULL,
	PRIMARY KEY (contact_id)
);
CREATE INDEX ix_fact_agent_contact_agent_id ON insight.fact_agent_contact (installation, agent_id, local_date);
CREATE INDEX ix_fact_agent_contact_partition ON insight.fact_agent_contact (installation, local_date);
CREATE TABLE insight.fact_queue_interval (
	installation NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
	local_date DATE NOT NULL,
	queue_id BIGINT NOT NULL,
	interval_start_utc DATETIME2(0) NOT NULL,
	offered BIGINT NOT NULL,
	answered BIGINT NOT NULL,
	no_user BIGINT NOT NULL,
	overflow BIGINT NOT NULL,
	abandoned BIGINT NOT NULL,
	short_abandoned BIGINT NOT NULL,
	missed BIGINT NOT NULL,
	unanswered BIGINT NOT NULL,
	answered_within BIGINT NOT NULL,
	abandoned_within BIGINT NOT NULL,
	wait_answered_seconds BIGINT NOT NULL,
	wait_abandoned_seconds BIGINT NOT NULL,
	wait_total_seconds BIGINT NOT NULL,
	wait_max_seconds BIGINT NOT NULL,
	talk_seconds BIGINT NOT NULL,
	is_open BIT NULL,
	PRIMARY KEY (installation, local_date, queue_id, interval_start_utc)
);
CREATE TABLE insight.fact_agent_interval (
	installation NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
	local_date DATE NOT NULL,
	agent_id BIGINT NOT NULL,
	interval_start_utc DATETIME2(0) NOT NULL,
	contacts BIGINT NOT NULL,
	answered BIGINT NOT NULL,
	missed BIGINT NOT NULL,
	answered_elsewhere BIGINT NOT NULL,
	placed BIGINT NOT NULL,
	rona BIGINT NOT NULL,
	ring_seconds BIGINT NOT NULL,
	talk_seconds BIGINT NOT NULL,
	answered_talk_seconds BIGINT NOT NULL,
	PRIMARY KEY (installation, local_date, agent_id, interval_start_utc)
);
CREATE TABLE insight.fact_line_interval (
	installation NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
	local_date DATE NOT NULL,
	line_id BIGINT NOT NULL,
	interval_start_utc DATETIME2(0) NOT NULL,
	uses BIGINT NOT NULL,
	incoming_uses BIGINT NOT NULL,
	busy_seconds BIGINT NOT NULL,
	peak_uses BIGINT NOT NULL,
	PRIMARY KEY (installation, local_date, line_id, interval_start_utc)
);
CREATE TABLE insight.fact_callback (
	lost_call_id NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	installation NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
	local_date DATE NOT NULL,
	queue_id BIGINT NULL,
	lost_utc DATETIME2(0) NOT NULL,
	recovered_call_id NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NULL,
	recovered_by NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NULL,
	recovered_utc DATETIME2(0) NULL,
	delay_seconds BIGINT NULL,
	is_recovered BIT NOT NULL,
	PRIMARY KEY (lost_call_id)
);
CREATE INDEX ix_fact_callback_partition ON insight.fact_callback (installation, local_date);
CREATE INDEX ix_fact_callback_queue_id ON insight.fact_callback (installation, queue_id, local_date);
CREATE TABLE insight.kpi_queue_day (
	installation NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
	local_date DATE NOT NULL,
	queue_id BIGINT NOT NULL,
	offered BIGINT NOT NULL,
	answered BIGINT NOT NULL,
	no_user BIGINT NOT NULL,
	overflow BIGINT NOT NULL,
	abandoned BIGINT NOT NULL,
	short_abandoned BIGINT NOT NULL,
	missed BIGINT NOT NULL,
	unanswered BIGINT NOT NULL,
	answered_within BIGINT NOT NULL,
	abandoned_within BIGINT NOT NULL,
	wait_answered_seconds BIGINT NOT NULL,
	wait_abandoned_seconds BIGINT NOT NULL,
	wait_total_seconds BIGINT NOT NULL,
	wait_max_seconds BIGINT NOT NULL,
	talk_seconds BIGINT NOT NULL,
	service_level DOUBLE PRECISION NULL,
	service_level_variant NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
	threshold_seconds BIGINT NOT NULL,
	abandonment_rate DOUBLE PRECISION NULL,
	asa_seconds DOUBLE PRECISION NULL,
	average_talk_seconds DOUBLE PRECISION NULL,
	PRIMARY KEY (installation, local_date, queue_id)
);
CREATE INDEX ix_kpi_queue_day_queue_id ON insight.kpi_queue_day (installation, queue_id, local_date);
CREATE TABLE insight.kpi_agent_day (
	installation NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
	local_date DATE NOT NULL,
	agent_id BIGINT NOT NULL,
	contacts BIGINT NOT NULL,
	answered BIGINT NOT NULL,
	missed BIGINT NOT NULL,
	answered_elsewhere BIGINT NOT NULL,
	placed BIGINT NOT NULL,
	rona BIGINT NOT NULL,
	ring_seconds BIGINT NOT NULL,
	talk_seconds BIGINT NOT NULL,
	answered_talk_seconds BIGINT NOT NULL,
	average_talk_seconds DOUBLE PRECISION NULL,
	occupancy DOUBLE PRECISION NULL,
	PRIMARY KEY (installation, local_date, agent_id)
);
CREATE INDEX ix_kpi_agent_day_agent_id ON insight.kpi_agent_day (installation, agent_id, local_date);
CREATE TABLE insight.reconciliation (
	installation NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
	local_date DATE NOT NULL,
	rows_in BIGINT NOT NULL,
	legs BIGINT NOT NULL,
	summary_left_out BIGINT NOT NULL,
	duplicates BIGINT NOT NULL,
	superseded BIGINT NOT NULL,
	open_rows BIGINT NOT NULL,
	out_of_window BIGINT NOT NULL,
	calls BIGINT NOT NULL,
	queue_visits BIGINT NOT NULL,
	agent_contacts BIGINT NOT NULL,
	is_balanced BIT NOT NULL,
	PRIMARY KEY (installation, local_date)
);
CREATE TABLE insight.forecast_queue_interval (
	installation NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
	queue_id BIGINT NOT NULL,
	weekday BIGINT NOT NULL,
	interval_of_day BIGINT NOT NULL,
	is_open BIT NULL,
	weeks BIGINT NOT NULL,
	first_date DATE NOT NULL,
	last_date DATE NOT NULL,
	expected_offered DOUBLE PRECISION NULL,
	low_offered DOUBLE PRECISION NULL,
	high_offered DOUBLE PRECISION NULL,
	average_handle_seconds DOUBLE PRECISION NULL,
	threshold_seconds BIGINT NOT NULL,
	target_service_level DOUBLE PRECISION NULL,
	agents_needed BIGINT NULL,
	expected_service_level DOUBLE PRECISION NULL,
	expected_occupancy DOUBLE PRECISION NULL,
	PRIMARY KEY (installation, queue_id, weekday, interval_of_day)
);
CREATE TABLE insight.dim_agent (
	installation NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
	agent_id BIGINT NOT NULL,
	login NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	name NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
	licence NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	is_active BIT NOT NULL,
	is_known BIT NOT NULL,
	PRIMARY KEY (installation, agent_id)
);
CREATE TABLE insight.dim_queue (
	installation NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
	queue_id BIGINT NOT NULL,
	queue_kind NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	name NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
	service_level_seconds BIGINT NULL,
	is_active BIT NOT NULL,
	is_known BIT NOT NULL,
	PRIMARY KEY (installation, queue_id)
);
CREATE TABLE insight.dim_line (
	installation NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
	line_id BIGINT NOT NULL,
	name NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	PRIMARY KEY (installation, line_id)
);
CREATE TABLE insight.dim_date (
	local_date DATE NOT NULL,
	year BIGINT NOT NULL,
	quarter BIGINT NOT NULL,
	month BIGINT NOT NULL,
	iso_week BIGINT NOT NULL,
	weekday BIGINT NOT NULL,
	is_weekend BIT NOT NULL,
	is_holiday BIT NOT NULL,
	holiday_name NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	PRIMARY KEY (local_date)
);
CREATE TABLE insight.dim_interval (
	interval_of_day BIGINT NOT NULL,
	start_time NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
	PRIMARY KEY (interval_of_day)
);
CREATE TABLE insight.cdr_quarantine (
	installation NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
	file_sha256 NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	line_number BIGINT NOT NULL,
	file_name NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	reason NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
	detail NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	raw_text NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	PRIMARY KEY (installation, file_sha256, line_number)
);
CREATE TABLE insight.ingest_file (
	installation NVARCHAR(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
	file_sha256 NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	file_name NVARCHAR(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
	kind NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	lines BIGINT NULL,
	accepted BIGINT NULL,
	open_rows BIGINT NULL,
	quarantined BIGINT NULL,
	status NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	reason NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	first_start_utc DATETIME2(0) NULL,
	last_start_utc DATETIME2(0) NULL,
	PRIMARY KEY (installation, file_sha256, file_name)
);
CREATE TABLE insight.pipeline_meta (
	[key] NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	value NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
	PRIMARY KEY ([key])
);
CREATE TABLE insight.load_marker (
	scope NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	load_id NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
	PRIMARY KEY (scope)
);
