import { Toaster } from 'sonner';
import { usePreferences } from '../../state/preferences.js';

export function Toasts() {
  return <Toaster theme={usePreferences().theme} position="bottom-right" closeButton={false} />;
}
