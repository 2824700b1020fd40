// A program on top of Ghost's own client, as somebody would write it: a front end's reads, and a
// small copy of the site made page by page. Prints one JSON document.
const [, , modules, url, key] = process.argv;
const { createRequire } = require('node:module');
const GhostContentAPI = createRequire(`${modules}/`)('@tryghost/content-api');

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return { name: error.name, type: error.type, message: error.message, status: error.response?.status };
  }
  return null;
}

async function main() {
  const api = new GhostContentAPI({ url, key, version: 'v6.0' });
  const first = await api.posts.browse({ limit: 2, include: ['tags', 'authors'] });
  const post = await api.posts.read({ id: first[0].id }, { formats: ['html', 'plaintext'] });
  const bySlug = await api.posts.read({ slug: first[1].slug });
  const filtered = await api.posts.browse({ filter: 'tag:[bread,sweet]+featured:false', order: 'title asc', fields: ['title', 'url'] });
  const stranger = new GhostContentAPI({ url, key: '0'.repeat(26), version: true });
  const old = new GhostContentAPI({ url, key, version: 'v4' });

  const copy = [];
  for (let page = 1; page; ) {
    const some = await api.posts.browse({ limit: 2, page, include: 'tags' });
    for (const one of some) copy.push(`${one.slug} [${one.tags.map((tag) => tag.name).join(' ')}]`);
    page = some.meta.pagination.next;
  }

  console.log(
    JSON.stringify({
      first: first.map((one) => ({ title: one.title, tag: one.primary_tag?.slug, author: one.primary_author.name })),
      pagination: first.meta.pagination,
      post: { title: post.title, html: post.html, plaintext: post.plaintext },
      bySlug: bySlug.title,
      filtered: filtered.map((one) => ({ ...one })),
      pages: (await api.pages.browse()).map((page) => page.title),
      tags: (await api.tags.browse({ include: 'count.posts', filter: 'visibility:public' })).map((tag) => [tag.name, tag.count.posts]),
      author: (await api.authors.read({ slug: 'ada-lovelace' })).name,
      settings: (await api.settings.browse()).title,
      tiers: (await api.tiers.browse()).length,
      newsletters: (await api.newsletters.browse()).length,
      old: (await old.posts.browse()).length,
      copy,
      missing: await failure(api.posts.read({ slug: 'nothing' })),
      refused: await failure(api.posts.browse({ filter: 'title:(' })),
      unknown: await failure(stranger.posts.browse()),
    }),
  );
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
