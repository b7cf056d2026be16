#!/bin/sh
# Make each service's role and database, and set its password. Safe to run again.
# Run by compose before the migrations; secrets lie under /run/secrets.
set -eu
PGPASSWORD=$(cat /run/secrets/POSTGRES_PASSWORD)
export PGPASSWORD

for name in chat registry; do
	password=$(cat "/run/secrets/DATABASE_PASSWORD_$name")
	psql -h postgres -U warren -d postgres -v ON_ERROR_STOP=1 -q <<SQL
SELECT 'CREATE ROLE $name LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$name')\gexec
ALTER ROLE $name PASSWORD '$password';
SELECT 'CREATE DATABASE $name OWNER $name'
	WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$name')\gexec
SQL
done
