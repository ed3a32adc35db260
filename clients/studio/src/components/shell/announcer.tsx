import { useAnnouncement } from '../../state/announcement.js';

export function Announcer() {
  return (
    <div role="log" aria-live="polite" className="visually-hidden">
      {useAnnouncement()}
    </div>
  );
}
