/** The English words of the parts, fetched with the first of them. Another language has all of its words in one file. */
import type { Message, Translate } from "../../shared/i18n";
import type { widgetEn } from "../../shared/strings";
import { english } from "../english";

const partsEn = {
  save: "Save {name}",
  fileGone: "{name} could not be loaded. Please try again.",
  pastNone: "You have no earlier conversations.",
  pastBot: "With the assistant",
  pastQueue: "Waiting for a person",
  pastAgent: "With a person",
  pastEnded: "Ended",
  searchField: "What are you looking for?",
  searchGo: "Search",
  searchWeak: "No article seems to answer this. The nearest ones:",
  searchNone: "Nothing was found. Ask us instead, we’re happy to help.",
  searchAsk: "Ask this in the chat",
  formTitle: "Before we start",
  formMore: "So we know whom we talk with. You can ask for a person without it.",
  formName: "Name",
  formEmail: "E-mail",
  formTopic: "What is it about?",
  formChoose: "Please choose",
  formStart: "Start the conversation",
  surveyCes: "{company} made it easy for me to handle my issue.",
  surveyCesUnnamed: "It was easy for me to handle my issue.",
  surveyDisagree: "Strongly disagree",
  surveyAgree: "Strongly agree",
  surveyCsat: "How satisfied are you overall?",
  surveyUnhappy: "Very dissatisfied",
  surveyHappy: "Very satisfied",
  surveyText: "Anything you would like to add?",
  surveySend: "Send answers",
  surveySkip: "Not now",
  leaveOffer: "How shall we go on?",
  leaveKeep: "Keep my place",
  leaveMore: "A colleague answers you where you say, and you see at once by when. Your place in line is kept as well.",
  leaveWhere: "Where shall we answer you?",
  leaveRecord: "{address}, from your account",
  leavePhone: "Phone",
  leavePhoneHint: "With its country, such as +43 1 58058",
  leaveText: "Your message",
  leaveTextMore: "What you’ve written in the chat is passed on too, so this may stay empty.",
  leaveSend: "Leave this message",
  leaveBadEmail: "This doesn’t look like an e-mail address. It should look like name@example.com.",
  leaveBadPhone: "This doesn’t look like a phone number. Write it with its country, such as +43 1 58058.",
  leaveNoText: "Please say in a few words what it is about.",
  leaveFailed: "Your message could not be sent just now. It is still here; please try again.",
  leaveNotWaiting: "You’re not waiting any more, so you can simply write in the chat.",
  leaveInChat: "Send it in the chat",
  leaveDoneEmail: "We’ll answer {address} by {time}. Your place in line is kept as well.",
  leaveDonePhone: "We’ll call {address} by {time}. Your place in line is kept as well.",
  leaveChange: "Answer somewhere else",
  overAgent: "{name} still answers in this conversation.",
  overQueue: "You’re in line for a person here, and your place is kept.",
  overMore: "If you start a new one, you come back to this one under “More”, “Earlier conversations”.",
  overStay: "Stay here",
} as const;

type AllEnglish = typeof widgetEn & typeof partsEn;
/** Another language says everything that English says. */
export type WordsOf = { readonly [K in keyof AllEnglish]: Message };
export type PartWords = Translate<AllEnglish>;

Object.assign(english, partsEn);
