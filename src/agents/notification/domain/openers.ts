/**
 * Words that may begin a sentence without standing in the input. Any word has a capital letter there, so that a name cannot
 * be told by it; a name is on no list of ours. A word that is missing here costs a model's sentence, never a fact.
 */
export const OPENERS: ReadonlySet<string> = new Set(
  (
    "a an the this that these those it its he she they we i you your our their there here who what when where why how " +
    "please kindly note heads attention urgent important immediate action update notice information reminder warning alert " +
    "nobody everybody everyone somebody someone anybody no not none nothing something all any some many several most both each " +
    "every one another other others few more new now today soon currently already again still also and or but if as at by for " +
    "from in on of to with without within after before since until while during because due once only just " +
    "is are was were be been has have had do does did can could may might must should will would shall " +
    "need needs needed required waiting wait waits look read see check review reply answer respond ask write call act " +
    "work help people users staff team teams colleagues somebody's message notification request response report " +
    "code tests test ticket incident outage problem issue issues service services system systems change changes result results " +
    "decision approval classification classifications document documents file files task tasks yes ok thanks sorry hello mr mrs ms dr prof"
  ).split(" "),
);
