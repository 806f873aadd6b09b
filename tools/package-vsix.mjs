// Packs the extension as VS Code installs it: node tools/package-vsix.mjs [FILE.vsix]
// A .vsix is a zip with the extension under extension/ and two small manifests beside it.

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What of the project the extension consists of. */
const contents = [
  'package.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'THIRD_PARTY_NOTICES.md',
  // Not the command, and not what V8 made of its bundles: the editor has a V8 of its own.
  ...['extension.js', 'server.js', 'debug-adapter.js', 'thread.js', 'library.bin', 'library-texts.bin'].map(
    (name) => `dist/${name}`,
  ),
  ...bundlesOfVm(),
  'syntaxes',
  'client/icons',
  'docs/images',
];

function bundlesOfVm() {
  const names = readdirSync(join(root, 'dist')).filter((name) => /^vm.*\.js$/.test(name));
  if (names.length === 0) throw new Error('dist/vm.js is missing: run «npm run build»');
  return names.map((name) => `dist/${name}`);
}

/** Writes the package and returns its path. */
export function packageVsix(file = join(root, 'out/coroscope.vsix')) {
  const files = {};
  for (const name of contents) {
    if (!existsSync(join(root, name))) throw new Error(`${name} is missing: run «npm run build»`);
    for (const path of walk(join(root, name))) {
      if (path.endsWith('.map')) continue;
      files[`extension/${relative(root, path).split('\\').join('/')}`] = readFileSync(path);
    }
  }
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  // The editor refuses to compare a range of Node versions with its own.
  const { node: _node, ...engines } = manifest.engines;
  const { devDependencies: _dev, scripts: _scripts, ...published } = { ...manifest, engines };
  files['extension/package.json'] = Buffer.from(`${JSON.stringify(published, null, 2)}\n`);
  files['extension.vsixmanifest'] = Buffer.from(vsixManifest(manifest));
  files['[Content_Types].xml'] = Buffer.from(contentTypes(Object.keys(files)));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, zipSync(files, { level: 6 }));
  return file;
}

function walk(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => walk(join(path, name)));
}

function vsixManifest({ name, displayName, description, version, publisher, engines, categories, icon }) {
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011" xmlns:d="http://schemas.microsoft.com/developer/vsx-schema-design/2011">
  <Metadata>
    <Identity Language="en-US" Id="${escapeXml(name)}" Version="${version}" Publisher="${escapeXml(publisher)}"/>
    <DisplayName>${escapeXml(displayName)}</DisplayName>
    <Description xml:space="preserve">${escapeXml(description)}</Description>
    <Categories>${categories.map(escapeXml).join(',')}</Categories>
    <GalleryFlags>Public</GalleryFlags>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${escapeXml(engines.vscode)}"/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace"/>
    </Properties>
    <License>extension/LICENSE</License>
    <Icon>extension/${icon}</Icon>
  </Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Icons.Default" Path="extension/${icon}" Addressable="true"/>
  </Assets>
</PackageManifest>
`;
}

function contentTypes(names) {
  const extensions = new Set(names.map((name) => extname(name)).filter((extension) => extension !== ''));
  const known = {
    '.json': 'application/json',
    '.md': 'text/markdown',
    '.png': 'image/png',
    '.vsixmanifest': 'text/xml',
  };
  const defaults = [...extensions]
    .map(
      (extension) =>
        `<Default Extension="${extension}" ContentType="${known[extension] ?? 'application/octet-stream'}"/>`,
    )
    .join('');
  return `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${defaults}<Override PartName="/extension/LICENSE" ContentType="text/plain"/></Types>
`;
}

function escapeXml(text) {
  return text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(packageVsix(process.argv[2]));
