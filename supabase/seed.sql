-- Nothing has to be there before the first account: sessions, members and transcripts are made by people.
select 1;
