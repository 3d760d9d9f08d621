from new_samples import ENGLISH, TABLE, read

from toolkit_new.languages import languages


def found(folder, text, name="faq.csv"):
    return languages(read(folder, text, name)[1])


def test_one_language(tmp_path):
    assert (found(tmp_path, TABLE).main, found(tmp_path, TABLE).counts) == ("zh", {"zh": 3})
    assert (found(tmp_path, ENGLISH).main, found(tmp_path, ENGLISH).lacking) == ("en", {})


def test_other_scripts_are_counted_and_written_to_in_english(tmp_path):
    text = "q,a\nКак оплатить?,Картой\n日本語のテキスト,はい\n如何 install python on windows server,好\n"
    assert found(tmp_path, text).counts == {"other": 2, "mixed": 1}
    assert found(tmp_path, "q,a\nКак оплатить?,Картой\n").main == "en"


def test_ids_pair_up(tmp_path):
    text = "id,q,a\nzh-pay,怎么付款,刷卡\nen-pay,how to pay,by card\nopen_en,when is it open,at nine\n"
    text += "zh-where,在哪里,在这里\n"
    made = found(tmp_path, text)
    assert (made.pairs, made.lacking) == (1, {"zh": [4], "en": [5]})


def test_the_same_id_in_two_languages_pairs_up_by_the_column(tmp_path):
    text = "id,language,q,a\n1,zh-CN,VPN,甲\n1,en_US,VPN,one\n2,English,wifi,two\n"
    made = found(tmp_path, text)
    assert (made.pairs, made.lacking) == (1, {"zh": [4]})


def test_where_nothing_pairs_up_nothing_is_lacking(tmp_path):
    made = found(tmp_path, "id,q,a\n1,怎么付款,刷卡\n2,how to pay,by card\n")
    assert (made.pairs, made.lacking) == (0, {})
