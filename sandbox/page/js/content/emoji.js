// A small set of emoji with the words that find them.

const TEXT = `
People|😀 grinning smile happy|😄 smile laugh|😁 beaming grin|😂 joy tears laugh|🤣 rofl laugh|😊 blush happy|🙂 slight smile|😉 wink|😍 heart eyes love|😘 kiss|😎 cool sunglasses|🤩 star struck|🤔 thinking|🤨 raised eyebrow|😐 neutral|🙄 rolling eyes|😏 smirk|😴 sleeping|😌 relieved|😛 tongue|😅 sweat smile|😬 grimace|😳 flushed|🥺 pleading|😢 cry sad|😭 sob cry|😤 triumph|😠 angry|😡 rage|🤯 mind blown exploding|😱 scream|😨 fear|🤗 hug|🤫 hush quiet|🤐 zipper|🥳 party|🥴 woozy|🤓 nerd|🧐 monocle|😇 angel halo|🤖 robot bot|👻 ghost|💀 skull|👽 alien|💩 poop|🫠 melting|🫡 salute|👍 thumbs up yes like +1|👎 thumbs down no -1|👌 ok hand|✌️ victory peace|🤞 fingers crossed|🤘 rock|👏 clap|🙌 raised hands hooray|🙏 pray thanks please|💪 muscle strong|👋 wave hello|🤝 handshake|👀 eyes look|👁️ eye|🧠 brain|🫶 heart hands|✍️ writing|🧑‍🎨 artist painter|🧙 mage wizard
Nature|🐶 dog|🐱 cat|🦊 fox|🐻 bear|🐼 panda|🐸 frog|🐵 monkey|🦁 lion|🐯 tiger|🐮 cow|🐷 pig|🐔 chicken|🐧 penguin|🦉 owl|🦄 unicorn|🐝 bee|🦋 butterfly|🐢 turtle|🐙 octopus|🐳 whale|🐬 dolphin|🐉 dragon|🌵 cactus|🌲 tree|🌴 palm|🍀 clover luck|🍄 mushroom|🌸 blossom flower|🌻 sunflower|🌹 rose|🌍 earth world|🌙 moon|☀️ sun|⛅ cloud|🌈 rainbow|⚡ lightning zap|🔥 fire hot|💧 drop water|🌊 wave sea|❄️ snow
Food|🍎 apple|🍊 orange|🍋 lemon|🍌 banana|🍓 strawberry|🍒 cherry|🍑 peach|🥑 avocado|🍞 bread|🧀 cheese|🍔 burger|🍕 pizza|🌮 taco|🍣 sushi|🍪 cookie|🎂 cake birthday|🍩 donut|🍫 chocolate|☕ coffee|🍵 tea|🍺 beer|🍷 wine|🥂 cheers
Activities|🎉 tada party|🎊 confetti|🎁 gift|🏆 trophy|🥇 gold first|🥈 silver|🥉 bronze|⚽ football|🏀 basketball|🎮 game|🎲 die dice random|🧩 puzzle|🎨 art palette paint|🖌️ brush paint|🖍️ crayon|🎭 theatre|🎬 film movie|🎵 music note|🎸 guitar|📷 camera photo|🚀 rocket launch|✈️ plane|🚗 car|🚲 bike|🏠 house home|🏰 castle|🗺️ map|⛰️ mountain|🏖️ beach
Objects|💡 idea bulb|💻 laptop|🖥️ computer|📱 phone|⌚ watch|⏰ alarm clock|⏳ hourglass wait|🔋 battery|🔌 plug|🔧 wrench|🔨 hammer|⚙️ gear|🔒 lock|🔑 key|🔍 search|🔗 link|📌 pin|📎 clip|✂️ scissors cut|📝 memo note|📖 book|📚 books|📦 package|📁 folder|🗑️ trash bin|📅 calendar|📈 chart up|📉 chart down|📊 bar chart|✉️ envelope mail dm|📧 email|📣 megaphone|🔔 bell|🖼️ picture frame|💎 gem|💰 money|🏷️ label tag|🧪 test tube|🧵 thread
Symbols|❤️ heart love red|🧡 orange heart|💛 yellow heart|💚 green heart|💙 blue heart|💜 purple heart|🖤 black heart|🤍 white heart|💔 broken heart|✨ sparkles|⭐ star|🌟 glowing star|💯 hundred|✅ check yes done|☑️ checkbox|✔️ tick|❌ cross no cancel|❗ exclamation|❓ question|⚠️ warning|🚫 forbidden|⛔ no entry|♻️ recycle|🔄 refresh reroll repeat|🔁 repeat loop|🔀 shuffle|▶️ play|⏸️ pause|⏹️ stop|⏩ forward|⬆️ up|⬇️ down|⬅️ left|➡️ right|↩️ back|🆕 new|🆗 ok|🔞 adult|🔴 red circle|🟠 orange circle|🟡 yellow circle|🟢 green circle|🔵 blue circle|🟣 purple circle|⚪ white circle|⚫ black circle|➕ plus|➖ minus|💬 speech|💭 thought|🏁 finish flag|🏳️‍🌈 rainbow flag
Letters|0️⃣ zero keycap|1️⃣ one keycap|2️⃣ two keycap|3️⃣ three keycap|4️⃣ four keycap|5️⃣ five keycap|6️⃣ six keycap|7️⃣ seven keycap|8️⃣ eight keycap|9️⃣ nine keycap|🔟 ten keycap|🇦 letter a|🇧 letter b|🇨 letter c|🇩 letter d|🇪 letter e|🇫 letter f|🇺 letter u|🇻 letter v|🇽 letter x|🅰️ a button|🅱️ b button|#️⃣ hash keycap|*️⃣ star keycap|ℹ️ info`;

export const GROUPS = TEXT.trim()
  .split("\n")
  .map((line) => {
    const [name, ...items] = line.split("|");
    return {
      name,
      emoji: items.map((item) => {
        const [mark, ...words] = item.split(" ");
        return { name: mark, words: words.join(" "), short: words.slice(0, 2).join("_") };
      }),
    };
  });

export const ALL = GROUPS.flatMap((group) => group.emoji);

export function findEmoji(query, custom = []) {
  const wanted = query.toLowerCase();
  const score = (words) =>
    words.startsWith(wanted) ? 0 : words.includes(` ${wanted}`) ? 1 : words.includes(wanted) ? 2 : 9;
  return [...custom.map((one) => ({ ...one, words: one.name.toLowerCase() })), ...ALL]
    .map((one) => [score(one.words), one])
    .filter(([rank]) => rank < 9)
    .sort((a, b) => a[0] - b[0])
    .map(([, one]) => one);
}

/** How the API names an emoji in a path. */
export const emojiKey = (emoji) => encodeURIComponent(emoji.id ? `${emoji.name}:${emoji.id}` : emoji.name);
