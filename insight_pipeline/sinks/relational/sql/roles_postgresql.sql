-- Three roles for PostgreSQL: one makes and migrates tables, one loads them, one reads them.
-- To be run once by an administrator, in the database itself. Afterwards give the two that log in a
-- password each (\password ${prefix}_migrator), and make the logins of reports members of ${prefix}_reader.

CREATE ROLE ${prefix}_migrator LOGIN;
CREATE ROLE ${prefix}_loader LOGIN;
CREATE ROLE ${prefix}_reader NOLOGIN;

CREATE SCHEMA IF NOT EXISTS ${schema};
GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${prefix}_migrator;
GRANT USAGE ON SCHEMA ${schema} TO ${prefix}_loader, ${prefix}_reader;
GRANT TEMPORARY ON DATABASE ${database} TO ${prefix}_loader;

ALTER DEFAULT PRIVILEGES FOR ROLE ${prefix}_migrator IN SCHEMA ${schema}
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${prefix}_loader;
ALTER DEFAULT PRIVILEGES FOR ROLE ${prefix}_migrator IN SCHEMA ${schema}
    GRANT SELECT ON TABLES TO ${prefix}_reader;
