-- Templates of minutes, the summaries made with them, and what people prefer.

create table public.summary_templates (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references public.users (id) on delete cascade,
  name text not null check (char_length(name) between 1 and 100),
  description text check (char_length(description) <= 500),
  template_content text not null check (char_length(template_content) between 1 and 20000),
  category text not null default 'general' check (char_length(category) between 1 and 50),
  language text check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  is_default boolean not null default false,
  is_active boolean not null default true,
  tags text[] not null default '{}',
  usage_count integer not null default 0,
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (user_id is not null or not is_default)
);
comment on column public.summary_templates.user_id is 'Null for the templates that everybody has and nobody changes';
comment on column public.summary_templates.deleted_at is
  'Since then nobody sees it; it stays because summaries were made with it';

create index summary_templates_of_user on public.summary_templates (user_id, name) where deleted_at is null;
create unique index summary_templates_one_default on public.summary_templates (user_id) where is_default;

-- Being used is no change.
create trigger touch_updated_at
  before update of name, description, template_content, category, language, is_default, is_active, tags
  on public.summary_templates
  for each row execute function internal.touch_updated_at();

alter table public.summary_templates enable row level security;
revoke all on public.summary_templates from public, anon, authenticated, service_role;
grant
  select,
  insert (user_id, name, description, template_content, category, language, is_default, is_active, tags),
  update (name, description, template_content, category, language, is_default, is_active, tags)
on public.summary_templates to authenticated;
grant all on public.summary_templates to service_role;

create policy templates_read on public.summary_templates for select to authenticated
  using (deleted_at is null and (user_id is null or user_id = (select auth.uid())));
create policy templates_create_own on public.summary_templates for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy templates_change_own on public.summary_templates for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

-- Whoever writes a row has to be able to read it, so nobody could hide one by an update of his own.
create function internal.delete_template(template_id uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.summary_templates as template
  set deleted_at = now(), is_default = false, is_active = false
  where template.id = delete_template.template_id
    and template.user_id = auth.uid()
    and template.deleted_at is null;
  return found;
end
$$;

alter table public.recording_sessions
  add constraint recording_sessions_template
  foreign key (template_id) references public.summary_templates (id) on delete set null;
create index recording_sessions_of_template on public.recording_sessions (template_id) where template_id is not null;

create table public.ai_summaries (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.recording_sessions (id) on delete cascade,
  user_id uuid not null references public.users (id) on delete cascade,
  transcription_id uuid references public.transcriptions (id) on delete set null,
  template_id uuid references public.summary_templates (id) on delete set null,
  summary text not null,
  key_points jsonb not null default '[]' check (jsonb_typeof(key_points) = 'array'),
  action_items jsonb not null default '[]' check (jsonb_typeof(action_items) = 'array'),
  participants jsonb not null default '[]' check (jsonb_typeof(participants) = 'array'),
  ai_model text,
  ai_provider text,
  processing_time_ms integer check (processing_time_ms >= 0),
  token_usage jsonb not null default '{}' check (jsonb_typeof(token_usage) = 'object'),
  cost_cents double precision check (cost_cents >= 0),
  status text not null default 'completed' check (status in ('pending', 'processing', 'completed', 'failed')),
  quality_rating smallint check (quality_rating between 1 and 5),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index ai_summaries_of_session on public.ai_summaries (session_id, created_at desc);
create index ai_summaries_of_user on public.ai_summaries (user_id);
create index ai_summaries_of_transcription on public.ai_summaries (transcription_id) where transcription_id is not null;
create index ai_summaries_of_template on public.ai_summaries (template_id) where template_id is not null;

create trigger touch_updated_at before update on public.ai_summaries
  for each row execute function internal.touch_updated_at();

create function internal.count_template_use() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.summary_templates set usage_count = usage_count + 1 where id = new.template_id;
  return null;
end
$$;

create trigger count_template_use after insert on public.ai_summaries
  for each row when (new.template_id is not null) execute function internal.count_template_use();

alter table public.ai_summaries enable row level security;
revoke all on public.ai_summaries from public, anon, authenticated, service_role;
grant
  select,
  insert (
    session_id, user_id, transcription_id, template_id, summary, key_points, action_items, participants, ai_model,
    ai_provider, processing_time_ms, token_usage, cost_cents, quality_rating
  ),
  update (
    transcription_id, summary, key_points, action_items, participants, ai_model, ai_provider,
    processing_time_ms, token_usage, cost_cents, quality_rating
  ),
  delete
on public.ai_summaries to authenticated;
grant all on public.ai_summaries to service_role;

-- Foreign keys look past policies, so what a summary points to is checked here.
create policy summaries_read_as_member on public.ai_summaries for select to authenticated
  using (session_id in (select internal.my_sessions()));
create policy summaries_create_as_owner on public.ai_summaries for insert to authenticated
  with check (
    user_id = (select auth.uid())
    and exists (select from public.recording_sessions where id = session_id and user_id = (select auth.uid()))
    and (template_id is null or template_id in (select id from public.summary_templates))
    and (
      transcription_id is null
      or exists (
        select from public.transcriptions as text
        where text.id = ai_summaries.transcription_id and text.session_id = ai_summaries.session_id
      )
    )
  );
create policy summaries_change_as_owner on public.ai_summaries for update to authenticated
  using (exists (select from public.recording_sessions where id = session_id and user_id = (select auth.uid())))
  with check (
    exists (select from public.recording_sessions where id = session_id and user_id = (select auth.uid()))
    and (
      transcription_id is null
      or exists (
        select from public.transcriptions as text
        where text.id = ai_summaries.transcription_id and text.session_id = ai_summaries.session_id
      )
    )
  );
create policy summaries_delete_as_owner on public.ai_summaries for delete to authenticated
  using (exists (select from public.recording_sessions where id = session_id and user_id = (select auth.uid())));

create table public.user_settings (
  user_id uuid primary key references public.users (id) on delete cascade,
  preferred_language text check (preferred_language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  default_stt_model text check (char_length(default_stt_model) between 1 and 100),
  auto_generate_summary boolean,
  auto_generate_title boolean,
  summary_style text check (summary_style in ('brief', 'standard', 'detailed')),
  auto_delete_recordings_days integer check (auto_delete_recordings_days between 1 and 3650),
  notification_settings jsonb not null default '{}' check (jsonb_typeof(notification_settings) = 'object'),
  additional jsonb not null default '{}' check (jsonb_typeof(additional) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.user_settings is 'What somebody has chosen; null is no choice';
comment on column public.user_settings.additional is 'Choices that clients keep here for themselves';

create trigger touch_updated_at before update on public.user_settings
  for each row execute function internal.touch_updated_at();

alter table public.user_settings enable row level security;
revoke all on public.user_settings from public, anon, authenticated, service_role;
grant
  select,
  insert (
    user_id, preferred_language, default_stt_model, auto_generate_summary, auto_generate_title, summary_style,
    auto_delete_recordings_days, notification_settings, additional
  ),
  update (
    preferred_language, default_stt_model, auto_generate_summary, auto_generate_title, summary_style,
    auto_delete_recordings_days, notification_settings, additional
  )
on public.user_settings to authenticated;
grant all on public.user_settings to service_role;

create policy settings_read_own on public.user_settings for select to authenticated
  using (user_id = (select auth.uid()));
create policy settings_create_own on public.user_settings for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy settings_change_own on public.user_settings for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

grant update (username) on public.users to authenticated;

-- Recordings may be kept by a schema that is newer than this function, or not at all.
create function internal.stored_bytes() returns bigint
language plpgsql stable set search_path = ''
as $$
begin
  if to_regclass('public.audio_files') is null then
    return 0;
  end if;
  return (select coalesce(sum(file_size_bytes), 0) from public.audio_files where user_id = auth.uid());
end
$$;

-- Zero of a session's clock, before its first meeting too.
create function internal.session_clock(session_id uuid)
returns table (zero timestamptz, status text)
language sql stable security definer set search_path = ''
as $$
  select coalesce(session.started_at, session.created_at), session.status
  from public.recording_sessions as session
  where session.id = session_clock.session_id
$$;

-- Forgets what was captioned in a session of one's own. Returns whether the session is one's own.
create function internal.clear_live_transcription(session_id uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (
    select from public.recording_sessions as session
    where session.id = clear_live_transcription.session_id and session.user_id = auth.uid()
  ) then
    return false;
  end if;
  delete from public.transcriptions as live
  where live.session_id = clear_live_transcription.session_id and live.source = 'live';
  return true;
end
$$;

revoke all on all functions in schema internal from public;
grant execute on function
  internal.delete_template(uuid), internal.stored_bytes(), internal.clear_live_transcription(uuid)
to authenticated;
grant execute on function internal.session_clock(uuid) to intrascribe_api;

insert into public.summary_templates (id, name, description, category, language, tags, template_content) values
(
  '5b1f0c4e-0001-4e00-8000-000000000001', 'Meeting minutes', 'What was discussed, decided and promised', 'minutes', 'en',
  '{minutes,general}',
  $template$# {title}

**Date:** {date}
**Present:** {participants}

## In short
{summary}

## What was discussed
{key_points}

## Decisions
{decisions}

## Who does what by when
{action_items}

## Still open
{open_questions}
$template$
),
(
  '5b1f0c4e-0002-4e00-8000-000000000001', 'Interview notes', 'What somebody told us, in the order of the conversation',
  'interview', 'en', '{interview,research}',
  $template$# Interview: {title}

**Date:** {date}
**In the conversation:** {participants}

## The person and the occasion
{summary}

## What we learnt
{key_points}

## The conversation, part by part
{chapters}

## To ask or check next
{open_questions}

## Follow-up
{action_items}
$template$
),
(
  '5b1f0c4e-0003-4e00-8000-000000000001', 'Stand-up', 'Progress, plans and what is in the way, on one screen', 'standup', 'en',
  '{standup,team}',
  $template$# Stand-up, {date}

**There:** {participants}

## Progress and plans
{key_points}

## In the way
{open_questions}

## Agreed
{decisions}

## Until next time
{action_items}
$template$
),
(
  '5b1f0c4e-0004-4e00-8000-000000000001', 'One-to-one', 'For the two who talked: how it goes, and what both will do',
  'one-on-one', 'en', '{one-on-one,confidential}',
  $template$# One-to-one: {participants}

**Date:** {date}

## How things are
{summary}

## What we talked about
{key_points}

## What we agreed
{decisions}

## What each of us will do
{action_items}

## To come back to
{open_questions}
$template$
),
(
  '5b1f0c4e-0005-4e00-8000-000000000001', 'Technical review', 'The verdict on a design, its reasons and its conditions',
  'technical-review', 'en', '{review,engineering}',
  $template$# Technical review: {title}

**Date:** {date}
**Reviewers:** {participants}

## Verdict
{decisions}

## The design in brief
{summary}

## Findings
{key_points}

## Risks and open questions
{open_questions}

## Conditions and changes to make
{action_items}

## The discussion, part by part
{chapters}
$template$
),
(
  '5b1f0c4e-0006-4e00-8000-000000000001', 'Diary', 'A day spoken aloud, kept as prose', 'diary', 'en', '{diary,personal}',
  $template$# {date}

{summary}

## What stays with me
{key_points}

## What I mean to do
{action_items}

## What I still wonder about
{open_questions}
$template$
),
(
  '5b1f0c4e-0001-4e00-8000-000000000002', '通用会议纪要', '讨论了什么、决定了什么、谁来做什么', 'minutes', 'zh', '{会议纪要,通用}',
  $template$# {title}

**时间：** {date}
**参会人：** {participants}

## 会议概要
{summary}

## 讨论要点
{key_points}

## 会议决议
{decisions}

## 待办事项（负责人与期限）
{action_items}

## 遗留问题
{open_questions}
$template$
),
(
  '5b1f0c4e-0002-4e00-8000-000000000002', '访谈要点提炼', '按对话的脉络整理受访者所说的内容', 'interview', 'zh', '{访谈,调研}',
  $template$# 访谈：{title}

**时间：** {date}
**访谈双方：** {participants}

## 受访者与访谈背景
{summary}

## 核心观点
{key_points}

## 访谈脉络
{chapters}

## 需要追问或核实
{open_questions}

## 后续工作
{action_items}
$template$
),
(
  '5b1f0c4e-0003-4e00-8000-000000000002', '站会记录', '一屏看清进展、计划与阻碍', 'standup', 'zh', '{站会,团队}',
  $template$# 站会 {date}

**到场：** {participants}

## 进展与计划
{key_points}

## 遇到的阻碍
{open_questions}

## 当场商定
{decisions}

## 下次站会前完成
{action_items}
$template$
),
(
  '5b1f0c4e-0004-4e00-8000-000000000002', '一对一沟通', '只属于两个人的记录：近况、共识与各自要做的事', 'one-on-one', 'zh',
  '{一对一,保密}',
  $template$# 一对一沟通：{participants}

**时间：** {date}

## 近况
{summary}

## 谈到的内容
{key_points}

## 达成的共识
{decisions}

## 各自要做的事
{action_items}

## 下次接着谈
{open_questions}
$template$
),
(
  '5b1f0c4e-0005-4e00-8000-000000000002', '技术评审结论', '对方案的结论、依据与前提条件', 'technical-review', 'zh', '{评审,技术}',
  $template$# 技术评审：{title}

**时间：** {date}
**评审人：** {participants}

## 评审结论
{decisions}

## 方案概述
{summary}

## 评审意见
{key_points}

## 风险与未决问题
{open_questions}

## 前提条件与整改项
{action_items}

## 讨论过程
{chapters}
$template$
),
(
  '5b1f0c4e-0006-4e00-8000-000000000002', '工作日记', '把说出口的一天写成文字', 'diary', 'zh', '{日记,个人}',
  $template$# {date}

{summary}

## 今天值得记住的
{key_points}

## 接下来想做的
{action_items}

## 还没想明白的
{open_questions}
$template$
);
