// Which language the page speaks: the reader's choice, else the browser's, else Chinese. The second language
// is loaded when it is first needed.
import i18n from "i18next";
import { initReactI18next } from "react-i18next";
import { zh } from "./zh";

export const LANGUAGES = ["zh-CN", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEY = "daylight.language";

function preferred(): Language {
  const chosen = window.localStorage.getItem(KEY);
  if (chosen === "zh-CN" || chosen === "en") return chosen;
  return navigator.language.toLowerCase().startsWith("en") ? "en" : "zh-CN";
}

async function load(language: Language): Promise<void> {
  if (language === "en" && !i18n.hasResourceBundle("en", "translation")) {
    const { en } = await import("./en");
    i18n.addResourceBundle("en", "translation", en);
  }
}

export async function startText(): Promise<void> {
  const language = preferred();
  await i18n.use(initReactI18next).init({
    lng: "zh-CN",
    fallbackLng: "zh-CN",
    resources: { "zh-CN": { translation: zh } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  if (language !== "zh-CN") await speak(language, false);
  document.documentElement.lang = language;
}

export async function speak(language: Language, remember = true): Promise<void> {
  await load(language);
  if (remember) window.localStorage.setItem(KEY, language);
  document.documentElement.lang = language;
  await i18n.changeLanguage(language);
  document.title = i18n.t("app.name");
}
