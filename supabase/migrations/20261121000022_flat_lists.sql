-- Lists and searches of sessions cost the same for who has ten thousand as for who has ten, however they are sorted and narrowed.

-- Under policies Postgres seeks a place in an index only by what gives nothing away, as the lower case of a title may.
alter table public.recording_sessions
  add column title_key text generated always as (lower(title)) stored;
comment on column public.recording_sessions.title_key is 'What lists are sorted by';

create index recording_sessions_by_title on public.recording_sessions (user_id, title_key, id);
create index recording_sessions_by_start
on public.recording_sessions (user_id, (coalesce(started_at, '-infinity')) desc, id desc);
create index recording_sessions_by_duration
on public.recording_sessions (user_id, (coalesce(duration_seconds, -1)) desc, id desc);

create function internal.owned_tags(owner uuid, tags text[]) returns text[]
language sql immutable parallel safe set search_path = ''
as $$
  select array(select owner || ':' || tag from unnest(tags) as tag)
$$;
create index recording_sessions_by_status on public.recording_sessions (user_id, status);
create index recording_sessions_by_language
on public.recording_sessions (user_id, ((lower(language) || '-') collate "C"));
create index recording_sessions_by_tag on public.recording_sessions using gin (internal.owned_tags(user_id, tags));

-- The caller's sessions of these kinds, if they are at most so many, and else null: of many, those that come first in a list
-- are soon met in its order. What is null asks for nothing. Past the policies, because under them Postgres does not use
-- these indexes; membership is asked for here.
create function internal.few_sessions(statuses text[], tags text[], language text, few integer) returns uuid[]
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_variable
declare
  caller constant uuid := auth.uid();
  own_tags constant text[] := internal.owned_tags(caller, tags);
  prefix constant text := lower(language) || '-';
  sought uuid[];
begin
  select array_agg(found.id) into sought
  from (
    (
      select session.id
      from public.recording_sessions as session
      where session.user_id = caller
        and (statuses is null or session.status = any (statuses))
        and (tags is null or internal.owned_tags(session.user_id, session.tags) @> own_tags)
        and (prefix is null or starts_with((lower(session.language) || '-') collate "C", prefix))
      limit few + 1
    )
    union all
    (
      select session.id
      from public.session_members as member
      join public.recording_sessions as session on session.id = member.session_id
      where member.user_id = caller
        and member.role = 'participant'
        and (statuses is null or session.status = any (statuses))
        and (tags is null or session.tags @> tags)
        and (prefix is null or starts_with(lower(session.language) || '-', prefix))
      limit few + 1
    )
  ) as found;
  if cardinality(sought) > few then
    return null;
  end if;
  return coalesce(sought, '{}');
end
$$;

-- As for what was said: few matches are looked up and sorted. Of many, those in the newest sessions are found first.
create or replace function internal.search_titles(asked text, after_session_at timestamptz, after_session uuid, most integer)
returns table (session_id uuid, session_at timestamptz, title text, matching text[])
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
  caller constant uuid := auth.uid();
  wanted constant tsquery := internal.search_query(asked);
  few constant integer := 2000;
  sought uuid[];
begin
  if numnode(wanted) = 0 then
    return;
  end if;
  select array_agg(session.id) into sought
  from (select id from public.recording_sessions where title_search @@ wanted limit few + 1) as session;

  if coalesce(cardinality(sought), 0) <= few then
    return query
      select page.*, internal.matching_words(page.title, asked)
      from (
        select session.id, session.created_at, session.title
        from public.recording_sessions as session
        join public.session_members as member on member.session_id = session.id and member.user_id = caller
        where session.id = any (sought)
          and (after_session is null or (session.created_at, session.id) < (after_session_at, after_session))
        order by session.created_at desc, session.id desc
        limit most
      ) as page (id, created_at, title);
    return;
  end if;

  return query
    select page.*, internal.matching_words(page.title, asked)
    from (
      select each.id, each.created_at, each.title
      from (
        (
          select session.id, session.created_at, session.title
          from public.recording_sessions as session
          where session.user_id = caller
            -- An index of all sessions would find those of everybody.
            and (session.title_search @@ wanted) is true
            and (after_session is null or (session.created_at, session.id) < (after_session_at, after_session))
          order by session.created_at desc, session.id desc
          limit most
        )
        union all
        (
          select session.id, session.created_at, session.title
          from public.session_members as member
          join public.recording_sessions as session on session.id = member.session_id
          where member.user_id = caller
            and member.role = 'participant'
            and (session.title_search @@ wanted) is true
            and (after_session is null or (session.created_at, session.id) < (after_session_at, after_session))
          order by session.created_at desc, session.id desc
          limit most
        )
      ) as each
      order by each.created_at desc, each.id desc
      limit most
    ) as page (id, created_at, title);
end
$$;

revoke all on all functions in schema internal from public;
grant execute on function internal.few_sessions(text[], text[], text, integer) to authenticated;
grant execute on function internal.owned_tags(uuid, text[]) to authenticated, service_role;
