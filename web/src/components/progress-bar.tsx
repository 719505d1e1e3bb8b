// How far something is, to see and to be read aloud.

interface Props {
  label: string;
  share: number;
}

export function ProgressBar({ label, share }: Props) {
  const percent = Math.round(share * 100);
  return (
    <label className="progress">
      <span>{label}</span>
      <span className="progress-percent">{percent} %</span>
      <progress max={100} value={percent} />
    </label>
  );
}
