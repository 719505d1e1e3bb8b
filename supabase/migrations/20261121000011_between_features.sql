-- Where one feature meets another: speakers in summaries, and one way to bring a transcription up to date.

create or replace function internal.settle_live_transcription(settled_session uuid) returns void
language plpgsql volatile set search_path = ''
as $$
declare
  settled uuid;
begin
  update public.transcriptions set status = 'completed'
  where session_id = settled_session and source = 'live'
  returning id into settled;
  if found then
    perform internal.refresh_transcription(settled);
  end if;
end
$$;

-- Participants are names, or objects of the client's own with a `name`. Two of one name become one.
create function internal.rename_participants(session uuid, old_name text, new_name text) returns void
language sql volatile set search_path = ''
as $$
  update public.ai_summaries as summary
  set participants = (
    select jsonb_agg(participant order by place)
    from (
      select participant, min(place) as place
      from jsonb_array_elements(summary.participants) with ordinality as listed (was, place)
      cross join lateral (
        select case
          when was = to_jsonb(old_name) then to_jsonb(new_name)
          when was ->> 'name' = old_name then was || jsonb_build_object('name', new_name)
          else was
        end as participant
      ) as renamed
      group by participant
    ) as distinct_ones
  )
  where summary.session_id = session
    and (
      summary.participants @> jsonb_build_array(old_name)
      or summary.participants @> jsonb_build_array(jsonb_build_object('name', old_name))
    )
$$;

-- As before, and summaries name the speaker anew as well. Not with `spoken`: when two who had one name are taken apart,
-- nobody can tell whom a summary meant.
alter function internal.rename_speaker(uuid, text, text, text) rename to rename_in_transcripts;
create function internal.rename_speaker(session uuid, old_speaker text, new_speaker text, spoken text)
returns table (transcription_id uuid, segment_id text)
language plpgsql security definer set search_path = ''
as $$
begin
  return query select * from internal.rename_in_transcripts(session, old_speaker, new_speaker, spoken);
  if found and spoken is null then
    perform internal.rename_participants(session, old_speaker, new_speaker);
  end if;
end
$$;

-- What the API asks of the tables themselves, now that they are there.
drop function internal.may_use_template(uuid);
drop function internal.stored_bytes();

revoke all on all functions in schema internal from public;
revoke all on function internal.rename_in_transcripts(uuid, text, text, text) from authenticated;
grant execute on function internal.rename_speaker(uuid, text, text, text) to authenticated;
