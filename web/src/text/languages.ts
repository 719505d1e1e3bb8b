/** Languages a meeting can be started in, as the API names them. */
export const languages: ReadonlyArray<readonly [code: string, name: string]> = [
  ["en-US", "English"],
  ["zh-CN", "中文"],
  ["de-DE", "Deutsch"],
  ["es-ES", "Español"],
  ["fr-FR", "Français"],
  ["ja-JP", "日本語"],
  ["ko-KR", "한국어"],
];
