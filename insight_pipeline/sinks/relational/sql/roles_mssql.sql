-- Three roles for SQL Server: one makes and migrates tables, one loads them, one reads them.
-- To be run once by an administrator, in the database itself. Afterwards add users of the database to
-- them (ALTER ROLE ${prefix}_loader ADD MEMBER ...). The schema must be there.

CREATE ROLE ${prefix}_migrator;
CREATE ROLE ${prefix}_loader;
CREATE ROLE ${prefix}_reader;

GRANT CREATE TABLE, CREATE VIEW TO ${prefix}_migrator;
GRANT ALTER, REFERENCES, SELECT, INSERT, UPDATE, DELETE ON SCHEMA::${schema} TO ${prefix}_migrator;
GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::${schema} TO ${prefix}_loader;
GRANT SELECT ON SCHEMA::${schema} TO ${prefix}_reader;
