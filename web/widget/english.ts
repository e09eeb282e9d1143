import type { Message } from "../shared/i18n";
import { widgetEn } from "../shared/strings";

/** Grows by the words of the parts when one of them is fetched. */
export const english: Record<string, Message> = { ...widgetEn };
