"""What a database is made of, in words that can be compared."""

import psycopg

_EVERYTHING = """
    select format('table %s rls=%s acl=%s', oid::regclass, relrowsecurity, relacl)
    from pg_class where relnamespace in {ours} and relkind in ('r', 'v', 'S', 'p')
    union all
    select format('column %s.%s %s null=%s default=%s acl=%s', attrelid::regclass, attname,
        format_type(atttypid, atttypmod), not attnotnull, pg_get_expr(adbin, adrelid), attacl)
    from pg_attribute join pg_class on pg_class.oid = attrelid
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where relnamespace in {ours} and relkind = 'r' and attnum > 0
    union all
    select format('constraint %s on %s %s', conname, conrelid::regclass, pg_get_constraintdef(oid))
    from pg_constraint where connamespace in {ours}
    union all
    select format('index %s', pg_get_indexdef(indexrelid))
    from pg_index join pg_class on pg_class.oid = indexrelid where relnamespace in {ours}
    union all
    select format('policy %s on %s %s %s %s using %s check %s', policyname, tablename, permissive, roles, cmd,
        qual, with_check)
    from pg_policies where schemaname::regnamespace in {ours}
    union all
    select format('trigger %s', pg_get_triggerdef(oid)) from pg_trigger
    where not tgisinternal
        and tgrelid not in (select oid from pg_class where relnamespace = to_regnamespace('procrastinate'))
    union all
    select format('function %s acl=%s', pg_get_functiondef(oid), proacl)
    from pg_proc where pronamespace in {ours}
    union all
    select format('schema %s acl=%s', nspname, nspacl) from pg_namespace where oid in {ours}
    order by 1
"""
_RECORDS = "select version, name, statements from supabase_migrations.schema_migrations order by version"


def describe(url: str) -> list[str]:
    """Tables, columns, constraints, indexes, policies, triggers, functions and who may use each."""
    ours = "('public'::regnamespace, 'internal'::regnamespace)"
    with psycopg.connect(url) as connection:
        rows = connection.execute(_EVERYTHING.replace("{ours}", ours).encode()).fetchall()
    return [str(line) for (line,) in rows]


def recorded(url: str) -> list[tuple[str, str, list[str]]]:
    """The migrations that a database remembers: version, name and statements."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(_RECORDS).fetchall()
    return [(str(version), str(name), list(statements)) for version, name, statements in rows]
