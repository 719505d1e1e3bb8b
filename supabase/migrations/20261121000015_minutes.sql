-- Minutes that jobs make: stored with their evidence and in versions, and after a meeting by themselves.

alter table public.ai_summaries
  add column minutes jsonb check (jsonb_typeof(minutes) = 'object'),
  add column template_content text,
  add column origin text not null default 'saved' check (origin in ('saved', 'extracted', 'written')),
  add column instructions text check (char_length(instructions) between 1 and 2000),
  add column language text,
  add column series uuid not null default gen_random_uuid(),
  add column version integer not null default 1 check (version > 0),
  add column job_id uuid references public.jobs (id) on delete set null,
  add column edited text[] not null default '{}',
  add column edited_at timestamptz,
  add check ((origin = 'saved') = (minutes is null));
comment on column public.ai_summaries.minutes is
  'What the texts beside it are made of, with the names of then; null for what clients have saved';
comment on column public.ai_summaries.template_content is 'The template as it was then; a later one changes no summary';
comment on column public.ai_summaries.series is 'The same for all versions of one summary';
comment on column public.ai_summaries.edited is 'Which of its texts people have changed; they are shown as they are';

create unique index ai_summaries_versions on public.ai_summaries (series, version);
create unique index ai_summaries_of_job on public.ai_summaries (job_id) where job_id is not null;

create function internal.note_summary_edit() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.edited := array(
    select part
    from (
      values
        ('summary', new.summary is distinct from old.summary),
        ('key_points', new.key_points is distinct from old.key_points),
        ('action_items', new.action_items is distinct from old.action_items)
    ) as parts (part, changed)
    where changed or part = any (old.edited)
  );
  new.edited_at := now();
  return new;
end
$$;
create trigger note_edit before update of summary, key_points, action_items on public.ai_summaries
  for each row when (
    (old.summary, old.key_points, old.action_items) is distinct from (new.summary, new.key_points, new.action_items)
  ) execute function internal.note_summary_edit();

-- Whose title it is. What a person has written stays; what a program put there for want of one may be replaced.
alter table public.recording_sessions
  add column title_by text not null default 'person' check (title_by in ('default', 'person', 'automatic'));
grant insert (title_by) on public.recording_sessions to authenticated;

create function internal.note_title() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.title_by := 'person';
  return new;
end
$$;
-- Functions of ours run as their owner, and say themselves whose title it is.
create trigger note_title before update of title on public.recording_sessions
  for each row when (new.title is distinct from old.title and current_user in ('authenticated', 'service_role'))
  execute function internal.note_title();

-- For an upload that came without a title.
create function internal.note_default_title(session_id uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  update public.recording_sessions as session set title_by = 'default' where session.id = note_default_title.session_id
$$;

-- A meeting or a recording that is complete gets its summary and its title, if its owner wants that: once, and once more
-- when more was said after that.
create function internal.queue_minutes() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  wanted jsonb;
  job uuid;
begin
  if to_regnamespace('procrastinate') is null then
    return null;
  end if;
  select jsonb_strip_nulls(jsonb_build_object(
    'automatic', true,
    'summary', coalesce(choice.auto_generate_summary, false),
    'title', coalesce(choice.auto_generate_title, false) and new.title_by <> 'person',
    'style', choice.summary_style,
    'template_id', (
      select template.id from public.summary_templates as template
      where template.id = new.template_id and template.deleted_at is null
    )
  )) into wanted
  from public.user_settings as choice
  where choice.user_id = new.user_id;
  if wanted is null or not (wanted @> '{"summary": true}' or wanted @> '{"title": true}') then
    return null;
  end if;
  if exists (
    select from public.jobs as earlier
    where earlier.session_id = new.id
      and earlier.kind = 'summarize'
      and earlier.settings @> '{"automatic": true}'
      and (
        earlier.status = 'pending'
        or earlier.status in ('started', 'success') and not exists (
          select from public.transcript_segments as segment
          where segment.session_id = new.id and segment.created_at > earlier.started_at
        )
      )
  ) then
    return null;
  end if;
  insert into public.jobs (user_id, session_id, kind, settings)
  values (new.user_id, new.id, 'summarize', wanted)
  returning id into job;
  -- The last captions of a meeting are on their way for a moment.
  perform internal.queue_job(job, case old.status when 'processing' then null else interval '5 seconds' end);
  return null;
end
$$;
create trigger queue_minutes after update of status on public.recording_sessions
  for each row when (new.status = 'completed' and old.status in ('recording', 'paused', 'processing'))
  execute function internal.queue_minutes();

-- A second pass has corrected what automatic minutes rest on: they get a version of the corrected words, unless somebody has
-- done anything with them or made others since.
create function internal.renew_minutes() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  wanted jsonb;
  job uuid;
begin
  if to_regnamespace('procrastinate') is null then
    return null;
  end if;
  select made.settings || jsonb_build_object('series', newest.series) into wanted
  from (
    select series, job_id, edited_at, quality_rating
    from public.ai_summaries where session_id = new.session_id
    order by created_at desc
    limit 1
  ) as newest
  join public.jobs as made on made.id = newest.job_id and made.settings @> '{"automatic": true}'
  join public.user_settings as choice on choice.user_id = new.user_id and choice.auto_generate_summary
  where newest.edited_at is null
    and newest.quality_rating is null
    and exists (
      select from public.transcript_segments as segment
      where segment.transcription_id = new.id and segment.updated_at >= new.second_pass_at
    );
  if wanted is null then
    return null;
  end if;
  insert into public.jobs (user_id, session_id, kind, settings, priority)
  values (new.user_id, new.session_id, 'summarize', wanted, 'low')
  returning id into job;
  perform internal.queue_job(job);
  return null;
end
$$;
create trigger renew_minutes after update of second_pass_at on public.transcriptions
  for each row when (new.second_pass_at is distinct from old.second_pass_at)
  execute function internal.renew_minutes();

-- What a job makes minutes of: the transcript as it is now. Without one there are no segments.
create function internal.transcript_of_job(job uuid)
returns table (
  transcription_id uuid, language text, title text, titled boolean, met_at timestamptz, template_content text, segments jsonb
)
language sql stable security definer set search_path = ''
as $$
  select
    version.id, coalesce(version.language, session.language), session.title, session.title_by = 'person',
    coalesce(session.started_at, session.created_at),
    (
      -- Also one that was deleted meanwhile: it was there when it was asked for.
      select template.template_content
      from public.summary_templates as template
      where template.id = (asked.settings ->> 'template_id')::uuid
        and (template.user_id is null or template.user_id = asked.user_id)
    ),
    (
      select coalesce(jsonb_agg(
        jsonb_build_object(
          'segment_id', said.segment_id, 'speaker', said.speaker, 'text', said.text, 'start', said.start_time,
          'end', said.end_time, 'spoken_as', said.spoken_as
        )
        order by said.start_time, said.segment_id
      ), '[]')
      from public.transcript_segments as said
      where said.transcription_id = version.id and said.text <> ''
    )
  from public.jobs as asked
  join public.recording_sessions as session on session.id = asked.session_id
  left join public.transcriptions as version on version.session_id = session.id and version.is_current
  where asked.id = job
$$;

-- A summary, a title or both, and the end of the job: at once, and only by the attempt that still has the job. What was
-- there before stays: a summary of the same series is a version beside it.
create function internal.store_minutes(job uuid, attempt integer, transcription uuid, made jsonb, title text, result jsonb)
returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  asked public.jobs;
  owner uuid;
  line uuid;
  told jsonb := result;
begin
  select * into asked
  from public.jobs as begun
  where begun.id = job and begun.status = 'started' and begun.attempt = store_minutes.attempt
  for update;
  if not found then
    return false;
  end if;
  -- Versions of one series are numbered one after the other.
  select session.user_id into owner
  from public.recording_sessions as session where session.id = asked.session_id for no key update;
  if made is not null then
    line := coalesce((asked.settings ->> 'series')::uuid, gen_random_uuid());
    with stored as (
      insert into public.ai_summaries (
        session_id, user_id, transcription_id, template_id, template_content, summary, key_points, action_items,
        participants, minutes, origin, instructions, language, ai_model, ai_provider, processing_time_ms, token_usage,
        cost_cents, series, version, job_id
      )
      select
        asked.session_id, owner,
        (select id from public.transcriptions where id = transcription and session_id = asked.session_id),
        (select id from public.summary_templates where id = (asked.settings ->> 'template_id')::uuid),
        new.template_content, new.summary, new.key_points, new.action_items, new.participants, new.minutes,
        new.minutes ->> 'origin', asked.settings ->> 'instructions', new.language, new.ai_model, new.ai_provider,
        new.processing_time_ms, new.token_usage, new.cost_cents, line,
        (select coalesce(max(version), 0) + 1 from public.ai_summaries where series = line), job
      from jsonb_to_record(made) as new (
        template_content text, summary text, key_points jsonb, action_items jsonb, participants jsonb, minutes jsonb,
        language text, ai_model text, ai_provider text, processing_time_ms integer, token_usage jsonb,
        cost_cents double precision
      )
      returning id, status, created_at, series, version
    )
    select told || jsonb_build_object(
      'summary_id', id, 'status', status, 'created_at', created_at, 'series_id', series, 'version', version
    ) into told
    from stored;
  end if;
  if title is not null then
    update public.recording_sessions as session
    set title = store_minutes.title, title_by = 'automatic'
    where session.id = asked.session_id and session.title_by <> 'person';
    told := told || jsonb_build_object('title_changed', found);
  end if;
  perform internal.finish_job(job, store_minutes.attempt, told || jsonb_build_object('session_id', asked.session_id));
  -- It may be the last that a session waited for whose transcription has failed.
  perform internal.settle_processing_session(asked.session_id, 'failed');
  return true;
end
$$;

revoke all on all functions in schema internal from public;
grant execute on function
  internal.note_default_title(uuid),
  internal.transcript_of_job(uuid),
  internal.store_minutes(uuid, integer, uuid, jsonb, text, jsonb)
to intrascribe_api;
