-- Three users for MySQL and MariaDB: one makes and migrates tables, one loads them, one reads them.
-- To be run once by an administrator. They are locked until each has a password of its own:
-- ALTER USER ${prefix}_loader IDENTIFIED BY '...' ACCOUNT UNLOCK;

CREATE USER ${prefix}_migrator ACCOUNT LOCK;
CREATE USER ${prefix}_loader ACCOUNT LOCK;
CREATE USER ${prefix}_reader ACCOUNT LOCK;

GRANT CREATE, ALTER, DROP, INDEX, CREATE VIEW, SHOW VIEW, SELECT, INSERT, UPDATE, DELETE
    ON ${schema}.* TO ${prefix}_migrator;
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES ON ${schema}.* TO ${prefix}_loader;
GRANT SELECT, SHOW VIEW ON ${schema}.* TO ${prefix}_reader;
