import rss from "@11ty/eleventy-plugin-rss";

const slug = (label) => label.toLowerCase().replaceAll(" ", "-");

function terms(all, labels) {
  const found = new Map();
  for (const item of all) {
    for (const label of labels(item.data)) {
      if (!found.has(label)) found.set(label, []);
      found.get(label).push(item);
    }
  }
  return [...found].map(([label, items]) => ({
    label,
    slug: slug(label),
    items: items
      .sort((a, b) => b.data.publishedDateTime - a.data.publishedDateTime)
      .slice(0, 50),
  }));
}

export default function (config) {
  config.addPlugin(rss);
  config.addPreprocessor("unpublished", "md", (data) => (data.published ? undefined : false));
  const seeds = (api) => api.getAll().filter((item) => item.data.webUrl);
  config.addCollection("topicFeeds", (api) => terms(seeds(api), (data) => data.topics));
  config.addCollection("providerFeeds", (api) => terms(seeds(api), (data) => [data.provider.name]));
  return { markdownTemplateEngine: false, htmlTemplateEngine: false };
}
