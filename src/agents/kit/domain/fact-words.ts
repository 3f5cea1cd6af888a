/** Words that say a fact as a digit or a capital letter would: compared with what was given, in lower case. */

/** "one" is left out: it is a pronoun more often than a number. So are words that are everyday ones in English: once, due. */
const NUMBERS =
  "zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen " +
  "twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion dozen half quarter twice " +
  "third fourth fifth sixth seventh eighth ninth tenth " +
  "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig dreissig vierzig fünfzig sechzig siebzig achtzig " +
  "neunzig hundert tausend deux trois quatre cinq sept huit neuf dix onze douze treize quatorze quinze vingt trente quarante " +
  "cinquante soixante cent mille dos tres cuatro cinco seis siete ocho nueve diez doce trece veinte treinta cuarenta cincuenta " +
  "sesenta setenta ochenta noventa cien ciento mil tre quattro cinque sei sette otto nove dieci undici dodici trenta cento " +
  "dois duas quatro sete oito dez vinte trinta cem twee vijf zes zeven negen tien twaalf twintig dertig honderd duizend";

/** The first of them by their value; "one" is no fact. */
export const SPELLED_COUNTS: readonly string[] = NUMBERS.split(" ", 12).toSpliced(1, 0, "");

/** What a number is of, and dates: "30 minutes" and "30 days" have the same digits. */
const MEASURES =
  "percent dollar euro pound minute hour day week month year yesterday tomorrow tonight monday tuesday wednesday thursday friday " +
  "saturday sunday january february april june july august september october november december";

/** How an address is spelled out. */
const SPELLED = "dot slash";

const WORDS = `${NUMBERS} ${MEASURES} ${SPELLED}`.split(" ").join("|");

/** Finds such words, also as the ends of compounds: "zweiundvierzig", "fortytwo". */
export const FACT_WORD = new RegExp(
  String.raw`(?<![\p{L}\p{M}])(?:\p{L}{1,12}(?:und|ty))?(?:${WORDS})s?(?![\p{L}\p{M}])`,
  "giu",
);

/**
 * Words that may begin a sentence without standing in what was given. Any word has a capital letter there, so that a name
 * cannot be told by it; a name is on no list of ours. A word that is missing here costs a model's sentence, never a fact.
 */
export const OPENERS: ReadonlySet<string> = new Set(
  (
    "a an the this that these those it its he she they we i you your our their there here who what when where why how " +
    "please kindly note heads attention urgent important immediate action update notice information reminder warning alert " +
    "nobody everybody everyone somebody someone anybody no not none nothing something all any some many several most both each " +
    "every one another other others few more new now today soon currently already again still also and or but if as at by for " +
    "from in on of to with without within after before since until while during because due once only just then first next " +
    "finally otherwise instead is are was were be been has have had do does did can could might must should would shall " +
    "need needs needed required waiting wait waits look read see check review reply answer respond ask write call contact act " +
    "try join open close start stop restart turn switch go click press choose select enter type use keep make sure set reset change " +
    "clear remove install uninstall update connect disconnect plug unplug sign log follow send give tell report let " +
    "work help people users staff team teams colleagues somebody's message notification request response " +
    "code tests test ticket incident outage problem issue issues service services system systems changes result results " +
    "decision approval classification classifications document documents file files task tasks yes ok thanks sorry hello mr mrs ms dr prof"
  ).split(" "),
);
