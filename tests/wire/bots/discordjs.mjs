// The story's bot in discord.js. NODE_PATH does not reach ES modules, so the library is required from its folder.
// WIRE_WITHOUT=zlib-sync hides that module first, so that the library goes without transport compression.
import Module, { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const resolve = Module._resolveFilename;
Module._resolveFilename = (name, ...rest) => {
  if (name === process.env.WIRE_WITHOUT) throw new Error(`${name} is hidden from this test`);
  return resolve(name, ...rest);
};
const discord = createRequire(`${process.env.WIRE_NODE}/node_modules/`)("discord.js");
const { Client, GatewayIntentBits, Events, MessageFlags, ComponentType, ButtonStyle, TextInputStyle } = discord;

const base = process.env.WIRE_URL;
const picture = readFileSync(process.env.WIRE_PICTURE);
const STYLES = ["mint", "mist", "stone"];
const tell = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));

const client = new Client({
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.GuildMessageReactions],
  partials: [discord.Partials.Message, discord.Partials.Reaction, discord.Partials.Channel],
  rest: { api: `${base}/api`, cdn: base, mediaProxy: base },
});

const download = async (url) => Buffer.from(await (await fetch(url)).arrayBuffer());
const button = (label, rest) => ({ type: ComponentType.Button, label, ...rest });
const row = (...components) => ({ type: ComponentType.ActionRow, components });
const label = (text, component) => ({ type: ComponentType.Label, label: text, component });

client.on(Events.ClientReady, async () => {
  await client.application.commands.set([
    {
      name: "paint",
      description: "Paint a picture",
      options: [
        { type: 3, name: "prompt", description: "What", required: true },
        { type: 3, name: "style", description: "How", autocomplete: true },
      ],
    },
  ]);
  tell("ready", { user: client.user.username });
});

const paint = async (interaction) => {
  const prompt = interaction.options.getString("prompt");
  const style = interaction.options.getString("style") ?? "none";
  tell("command", { prompt, style, user: interaction.user.username });
  await interaction.deferReply();
  const message = await interaction.editReply({
    content: `Painted: ${prompt} (${style})`,
    files: [{ attachment: picture, name: "house.png" }],
    components: [
      row(
        button("Again", { style: ButtonStyle.Primary, customId: "again" }),
        button("Ask", { style: ButtonStyle.Secondary, customId: "ask" }),
        button("Help", { style: ButtonStyle.Link, url: "https://example.org/help" }),
      ),
      row({
        type: ComponentType.StringSelect,
        customId: "size",
        options: [{ label: "Small", value: "small" }, { label: "Large", value: "large" }],
      }),
    ],
  });
  const attachment = message.attachments.first();
  tell("painted", { same: picture.equals(await download(attachment.url)), width: attachment.width });
};

const click = async (interaction) => {
  if (interaction.customId === "again") {
    tell("button", { custom_id: "again", user: interaction.user.username });
    await interaction.deferUpdate();
    await interaction.followUp("Once more.");
  } else {
    const words = { type: ComponentType.TextInput, customId: "words", style: TextInputStyle.Short };
    const sketch = { type: ComponentType.FileUpload, customId: "sketch" };
    const components = [label("Words", words), label("Sketch", sketch)];
    await interaction.showModal({ title: "Tell more", customId: "details", components });
  }
};

const submit = async (interaction) => {
  const words = interaction.fields.getTextInputValue("words");
  const file = interaction.fields.getUploadedFiles("sketch", true).first();
  const bytes = (await download(file.url)).length;
  tell("modal", { words, file: file.name, bytes, type: file.contentType });
  await interaction.reply({ content: `Got ${file.name}: ${words}`, flags: MessageFlags.Ephemeral });
};

client.on(Events.InteractionCreate, async (interaction) => {
  if (interaction.isAutocomplete()) {
    const typed = interaction.options.getFocused();
    tell("autocomplete", { typed });
    await interaction.respond(STYLES.filter((s) => s.startsWith(typed)).map((s) => ({ name: s, value: s })));
  } else if (interaction.isChatInputCommand()) {
    await paint(interaction);
  } else if (interaction.isButton()) {
    await click(interaction);
  } else if (interaction.isStringSelectMenu()) {
    tell("select", { values: interaction.values });
    await interaction.update({ content: `Size: ${interaction.values[0]}` });
  } else if (interaction.isModalSubmit()) {
    await submit(interaction);
  }
});

client.on(Events.MessageReactionAdd, (reaction, user) => {
  tell("reaction", { emoji: reaction.emoji.name, member: user.username, author: reaction.message.author?.id ?? null });
});
client.on(Events.ShardResume, () => tell("resumed"));

await client.login(process.env.WIRE_TOKEN);
