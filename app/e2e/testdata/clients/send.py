# Python's smtplib. Arguments: host port mode user password from recipients file
import smtplib, ssl, sys
host, port, mode, user, password, sender, rcpts, path = sys.argv[1:]
context = ssl._create_unverified_context()
if mode == "tls":
    s = smtplib.SMTP_SSL(host, int(port), context=context)
else:
    s = smtplib.SMTP(host, int(port))
    s.starttls(context=context)
s.login(user, password)
s.sendmail(sender, rcpts.split(","), open(path, "rb").read())
s.quit()
