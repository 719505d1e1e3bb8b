-- Transcripts: one version of a session's text, and its segments.

create table public.transcriptions (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.recording_sessions (id) on delete cascade,
  user_id uuid not null references public.users (id) on delete cascade,
  source text not null check (source in ('live', 'upload', 'retranscription')),
  content text not null default '',
  language text not null,
  confidence_score double precision check (confidence_score between 0 and 1),
  processing_time_ms integer,
  stt_model text,
  status text not null default 'processing' check (status in ('pending', 'processing', 'completed', 'failed')),
  word_count integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on column public.transcriptions.content is 'The segments as one text; brought up to date when a session completes';

create unique index transcriptions_one_live on public.transcriptions (session_id) where source = 'live';
create index transcriptions_of_session on public.transcriptions (session_id, created_at desc);
create index transcriptions_of_user on public.transcriptions (user_id);

create table public.transcript_segments (
  id uuid primary key default gen_random_uuid(),
  transcription_id uuid not null references public.transcriptions (id) on delete cascade,
  session_id uuid not null references public.recording_sessions (id) on delete cascade,
  segment_id text not null,
  revision integer not null check (revision >= 0),
  participant_identity text,
  speaker text not null,
  track_sid text,
  text text not null,
  start_time double precision not null check (start_time >= 0),
  end_time double precision not null check (end_time >= 0),
  language text,
  confidence_score double precision check (confidence_score between 0 and 1),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (transcription_id, segment_id)
);
comment on column public.transcript_segments.start_time is 'Seconds on the session''s clock';

create index transcript_segments_of_session on public.transcript_segments (session_id, start_time);

create trigger touch_updated_at before update on public.transcriptions
  for each row execute function internal.touch_updated_at();
create trigger touch_updated_at before update on public.transcript_segments
  for each row execute function internal.touch_updated_at();

alter table public.transcriptions enable row level security;
alter table public.transcript_segments enable row level security;
revoke all on public.transcriptions, public.transcript_segments from public, anon, authenticated, service_role;
grant select on public.transcriptions, public.transcript_segments to authenticated;
grant all on public.transcriptions, public.transcript_segments to service_role;

create policy transcriptions_read_as_member on public.transcriptions for select to authenticated
  using (session_id in (select internal.my_sessions()));
create policy segments_read_as_member on public.transcript_segments for select to authenticated
  using (session_id in (select internal.my_sessions()));
