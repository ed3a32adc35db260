import type { Message, MessageKey } from './en.js';

export const zh: Readonly<Record<MessageKey, Message>> = {
  'app.title': 'ReelQL',
  'app.tagline': '文字生成视频，实时可见',
  'composer.prompt': '视频里要出现什么？',
  'composer.placeholder': '描述一个场景……',
  'composer.generate': '生成',
  'composer.try': '试试这些',
  'gallery.title': '你的视频',
  'gallery.empty': '这里还没有视频。第一个只需几秒钟。',
  'tile.cancel': '取消',
  'tile.step': '第 {step} 步，共 {total} 步',
  'tile.secondsLeft': '还剩 {count} 秒',
};
