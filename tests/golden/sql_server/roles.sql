-- Three roles for SQL Server: one makes and migrates tables, one loads them, one reads them.
-- To be run once by an administrator, in the database itself. Afterwards add users of the database to
-- them (ALTER ROLE insight_loader ADD MEMBER ...). The schema must be there.

CREATE ROLE insight_migrator;
CREATE ROLE insight_loader;
CREATE ROLE insight_reader;

GRANT CREATE TABLE, CREATE VIEW TO insight_migrator;
GRANT ALTER, REFERENCES, SELECT, INSERT, UPDATE, DELETE ON SCHEMA::insight TO insight_migrator;
GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::insight TO insight_loader;
GRANT SELECT ON SCHEMA::insight TO insight_reader;
