// The texts of the page in the language of the address, as the host puts them into the page. Modules make texts when they load,
// so this one comes before those that do.
import chinese from '../../../l10n/bundle.l10n.zh-cn.json';

const locale = new URLSearchParams(location.search).get('locale');
if (locale === 'zh-cn') {
  document.documentElement.lang = locale;
  document.body.dataset['texts'] = JSON.stringify(chinese);
}
