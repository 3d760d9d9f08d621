"""Words that stand for each other in questions to a company: `=` both ways, `>` the second for the first alone."""

from __future__ import annotations

_ENGLISH = """
buy = purchase, price = cost, pay > settle, refund > money back, refund > reimbursement, return > send back,
cancel > call off, change = modify, delete = remove, create > set up, fix = repair, broken = defective,
damaged = broken, error > problem, start = begin, stop > end, log in = sign in, log out = sign out,
password > passcode, email > mail, phone > telephone, photo = picture, image > picture,
video > clip, app > application, website > site, page > screen, shop = store, shipping = delivery, ship > deliver,
arrive > get here, track > follow, invoice > bill, receipt > proof of payment, discount > price reduction,
coupon = voucher, warranty = guarantee, manual > user guide, instructions > directions, contact > reach,
support > help, customer = client, company > firm, employees = staff, job > position, register = sign up,
subscribe > sign up, upgrade > switch up, install = set up, upload > send, choose = select,
pick > choose, find = locate, show = display, allowed = permitted, need = require, required = needed, big = large,
small = little, quickly = fast, free > at no charge, wrong = incorrect, lost = missing, available > offered,
documents = papers, opening hours = business hours, nearest = closest, maximum > most, minimum > least,
fee = charge, fees = charges, eligible > qualified, benefits > advantages, child = kid, children = kids,
monthly > every month, yearly = annual, submit = hand in, receive > get, obtain > get, use > work with
"""

_CHINESE = """
购买 > 买, 价格 = 价钱, 费用 > 花费, 付款 = 支付, 退款 > 退钱, 退货 > 退东西, 取消 = 撤销, 修改 = 更改, 删除 > 删掉,
创建 = 新建, 维修 = 修理, 损坏 > 坏掉, 报错 > 出错, 故障 > 毛病, 启动 > 打开, 停止 > 停掉, 登录 = 登陆, 密码 > 口令,
账号 = 账户, 帐号 > 账号, 邮箱 > 电子邮箱, 手机号 > 手机号码, 照片 = 图片, 视频 > 影片, 软件 > 应用, 网站 > 网页,
商店 > 店铺, 快递 > 物流, 发货 > 寄出, 到货 > 送到, 订单 > 单子, 发票 > 票据, 优惠 > 折扣, 优惠券 > 代金券,
保修 = 质保, 说明书 > 使用手册, 客服 > 人工, 客户 = 顾客, 公司 > 单位, 员工 = 职工, 岗位 > 职位, 申请 > 提交申请,
注册 > 开通, 订阅 > 订购, 升级 > 换成新版, 安装 > 装上, 下载 > 下下来, 上传 > 传上去, 选择 > 选, 查找 > 找,
查询 > 查一下, 显示 > 展示, 允许 > 准许, 需要 > 要, 免费 > 不要钱, 丢失 > 弄丢, 材料 = 资料, 地址 > 地点,
营业时间 > 开门时间, 附近 > 旁边, 最多 > 顶多, 最少 = 至少, 手续费 > 服务费, 额度 = 限额, 期限 > 时限,
多久 = 多长时间, 理赔 > 赔付, 提前 > 提早, 办理 > 办, 流程 = 步骤, 条件 > 要求, 区别 = 差别, 原因 > 缘故, 联系 > 找,
咨询 > 问, 方法 = 办法, 孩子 = 小孩, 老人 > 老年人, 医院 > 医疗机构, 保存 = 存储, 设置 = 配置, 忘记 > 忘了,
更换 > 换, 支持 > 能用
"""


def _ways(text: str) -> list[tuple[str, str]]:
    """Return the replacements, each a word and what to write instead."""
    ways = []
    for pair in text.split(","):
        sign = "=" if "=" in pair else ">"
        first, second = (" ".join(word.split()) for word in pair.split(sign))
        ways += [(first, second), (second, first)] if sign == "=" else [(first, second)]
    return ways


ENGLISH, CHINESE = _ways(_ENGLISH), _ways(_CHINESE)
