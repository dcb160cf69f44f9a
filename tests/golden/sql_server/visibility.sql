SET XACT_ABORT ON; BEGIN TRANSACTION
GO
IF DATABASE_PRINCIPAL_ID(N'insight_group_reader') IS NULL CREATE ROLE insight_group_reader
GO
IF OBJECT_ID(N'insight.visible_group') IS NULL CREATE TABLE insight.visible_group (reader nvarchar(128) NOT NULL, installation nvarchar(40) COLLATE Latin1_General_100_BIN2 NOT NULL, queue_id bigint NOT NULL, PRIMARY KEY (reader, installation, queue_id))
GO
DROP SECURITY POLICY IF EXISTS insight.own_groups
GO
REVOKE SELECT ON SCHEMA::insight FROM insight_group_reader
GO
GRANT SELECT ON insight.fact_call_leg TO insight_group_reader
GO
GRANT SELECT ON insight.fact_call TO insight_group_reader
GO
GRANT SELECT ON insight.fact_queue_visit TO insight_group_reader
GO
GRANT SELECT ON insight.fact_agent_contact TO insight_group_reader
GO
GRANT SELECT ON insight.fact_queue_interval TO insight_group_reader
GO
GRANT SELECT ON insight.fact_agent_interval TO insight_group_reader
GO
GRANT SELECT ON insight.fact_line_interval TO insight_group_reader
GO
GRANT SELECT ON insight.fact_callback TO insight_group_reader
GO
GRANT SELECT ON insight.kpi_queue_day TO insight_group_reader
GO
GRANT SELECT ON insight.kpi_agent_day TO insight_group_reader
GO
GRANT SELECT ON insight.reconciliation TO insight_group_reader
GO
GRANT SELECT ON insight.forecast_queue_interval TO insight_group_reader
GO
GRANT SELECT ON insight.dim_agent TO insight_group_reader
GO
GRANT SELECT ON insight.dim_queue TO insight_group_reader
GO
GRANT SELECT ON insight.dim_line TO insight_group_reader
GO
GRANT SELECT ON insight.dim_date TO insight_group_reader
GO
GRANT SELECT ON insight.dim_interval TO insight_group_reader
GO
GRANT SELECT ON insight.cdr_quarantine TO insight_group_reader
GO
GRANT SELECT ON insight.ingest_file TO insight_group_reader
GO
GRANT SELECT ON insight.pipeline_meta TO insight_group_reader
GO
GRANT SELECT ON insight.v_queue_day TO insight_group_reader
GO
GRANT SELECT ON insight.v_agent_day TO insight_group_reader
GO
GRANT SELECT ON insight.v_calls TO insight_group_reader
GO
GRANT SELECT ON insight.v_lost_calls TO insight_group_reader
GO
CREATE OR ALTER FUNCTION insight.sees_by_queue(@installation nvarchar(40), @queue_id bigint) RETURNS TABLE WITH SCHEMABINDING AS RETURN SELECT 1 AS sees WHERE IS_ROLEMEMBER(N'insight_group_reader') = 0 OR EXISTS (SELECT 1 FROM insight.visible_group AS seen WHERE seen.reader = USER_NAME() AND seen.installation = @installation AND seen.queue_id = @queue_id)
GO
CREATE OR ALTER FUNCTION insight.sees_by_call(@call_id nvarchar(64)) RETURNS TABLE WITH SCHEMABINDING AS RETURN SELECT 1 AS sees WHERE IS_ROLEMEMBER(N'insight_group_reader') = 0 OR EXISTS (SELECT 1 FROM insight.fact_queue_visit AS visit WHERE visit.call_id = @call_id AND EXISTS (SELECT 1 FROM insight.visible_group AS seen WHERE seen.reader = USER_NAME() AND seen.installation = visit.installation AND seen.queue_id = visit.queue_id))
GO
CREATE OR ALTER FUNCTION insight.sees_by_agent(@installation nvarchar(40), @agent_id bigint) RETURNS TABLE WITH SCHEMABINDING AS RETURN SELECT 1 AS sees WHERE IS_ROLEMEMBER(N'insight_group_reader') = 0 OR (@agent_id = 0 OR EXISTS (SELECT 1 FROM insight.fact_agent_contact AS contact WHERE contact.installation = @installation AND contact.agent_id = @agent_id AND EXISTS (SELECT 1 FROM insight.visible_group AS seen WHERE seen.reader = USER_NAME() AND seen.installation = contact.installation AND seen.queue_id = contact.queue_id)))
GO
CREATE OR ALTER FUNCTION insight.sees_by_nobody(@installation nvarchar(40)) RETURNS TABLE WITH SCHEMABINDING AS RETURN SELECT 1 AS sees WHERE IS_ROLEMEMBER(N'insight_group_reader') = 0 OR 1 = 0
GO
CREATE SECURITY POLICY insight.own_groups
    ADD FILTER PREDICATE insight.sees_by_queue(installation, queue_id) ON insight.fact_call_leg,
    ADD FILTER PREDICATE insight.sees_by_call(call_id) ON insight.fact_call,
    ADD FILTER PREDICATE insight.sees_by_queue(installation, queue_id) ON insight.fact_queue_visit,
    ADD FILTER PREDICATE insight.sees_by_queue(installation, queue_id) ON insight.fact_agent_contact,
    ADD FILTER PREDICATE insight.sees_by_queue(installation, queue_id) ON insight.fact_queue_interval,
    ADD FILTER PREDICATE insight.sees_by_nobody(installation) ON insight.fact_agent_interval,
    ADD FILTER PREDICATE insight.sees_by_nobody(installation) ON insight.fact_line_interval,
    ADD FILTER PREDICATE insight.sees_by_queue(installation, queue_id) ON insight.fact_callback,
    ADD FILTER PREDICATE insight.sees_by_queue(installation, queue_id) ON insight.kpi_queue_day,
    ADD FILTER PREDICATE insight.sees_by_nobody(installation) ON insight.kpi_agent_day,
    ADD FILTER PREDICATE insight.sees_by_nobody(installation) ON insight.reconciliation,
    ADD FILTER PREDICATE insight.sees_by_queue(installation, queue_id) ON insight.forecast_queue_interval,
    ADD FILTER PREDICATE insight.sees_by_agent(installation, agent_id) ON insight.dim_agent,
    ADD FILTER PREDICATE insight.sees_by_queue(installation, queue_id) ON insight.dim_queue,
    ADD FILTER PREDICATE insight.sees_by_nobody(installation) ON insight.cdr_quarantine,
    ADD FILTER PREDICATE insight.sees_by_nobody(installation) ON insight.ingest_file
    WITH (STATE = ON)
GO
COMMIT TRANSACTION
GO
