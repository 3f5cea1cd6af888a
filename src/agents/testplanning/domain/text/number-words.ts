const small: Readonly<Record<string, number>> = {
  zero: 0,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fourteen: 14,
  fifteen: 15,
  sixteen: 16,
  seventeen: 17,
  eighteen: 18,
  nineteen: 19,
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
  dozen: 12,
};

const scales: Readonly<Record<string, number>> = {
  hundred: 100,
  thousand: 1000,
  million: 1_000_000,
  billion: 1_000_000_000,
};

/** "twenty-one" → 21, "one hundred and fifty" → 150; `null` where the words are not one number. */
export function numberFromWords(words: readonly string[]): number | null {
  let total = 0;
  let group = 0;
  let seen = false;
  for (const word of words.flatMap((each) => each.split("-"))) {
    const unit = small[word];
    const scale = scales[word];
    if (unit !== undefined) {
      if (seen && group % 100 !== 0 && !(group % 10 === 0 && unit < 10)) return null;
      group += unit;
    } else if (scale === 100) group = (group || 1) * 100;
    else if (scale !== undefined) {
      total += (group || 1) * scale;
      group = 0;
    } else if (word !== "and" || !seen) return null;
    seen = true;
  }
  return seen ? total + group : null;
}

/** "million" → 1000000, for "5 million". */
export function scaleOf(word: string): number | null {
  return scales[word] ?? null;
}

/** Whether a word can be part of a spelled-out number. */
export function isNumberWord(word: string): boolean {
  return word.split("-").every((part) => part in small || part in scales);
}
